"""HTTP in and out of eligibility: visits, authorizations, the what-if, and the partners' door."""
