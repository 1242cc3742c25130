"""The pages show what REST shows, to who may see it, and hostile text stays text."""

import re

HOSTILE = '"><script>alert(1)</script>'


async def test_a_person_signs_in_by_pasting_a_token(client, hear, story, tokens):
    await hear(story.visit(), story.encounter())
    client.headers.pop("authorization")
    page = await client.get(f"/cases/{story.case_id}")
    assert page.status_code == 401
    assert 'type="password"' in page.text
    refused = await client.post("/session", data={"token": "nonsense"})
    assert (refused.status_code, "set-cookie" in refused.headers) == (401, False)
    token = tokens.bearer("alpha")["Authorization"].removeprefix("Bearer ")
    signed_in = await client.post("/session", data={"token": f" {token}\n"})
    assert signed_in.status_code == 303
    cookie = signed_in.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    page = await client.get(f"/cases/{story.case_id}")
    assert page.status_code == 200
    assert "Visit V-1" in page.text
    await client.post("/session/end")
    assert (await client.get("/")).status_code == 401


async def test_another_sites_form_signs_nobody_in(client, tokens):
    token = tokens.bearer("alpha")["Authorization"].removeprefix("Bearer ")
    answer = await client.post(
        "/session", data={"token": token}, headers={"origin": "https://elsewhere.invalid"}
    )
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    own = await client.post(
        "/session", data={"token": token}, headers={"origin": "http://service.test"}
    )
    assert own.status_code == 303


async def test_a_token_without_the_scope_reads_nothing(client, hear, story, tokens):
    await hear(story.visit())
    headers = tokens.bearer("alpha", "visits:read")
    assert (await client.get(f"/cases/{story.case_id}", headers=headers)).status_code == 401


async def test_the_case_page_shows_timeline_causes_versions_and_waits(
    client, hear, story, database
):
    encounter = story.encounter()
    coded = story.coded(cause=encounter)
    result = story.result(2, "corrected", "malignant", "C44.519")
    again = story.coded(2, codes=(("11601", "240.00"),), cause=result, diagnoses=("C44.519",))
    await hear(story.visit(), encounter, coded, story.accepted(), result, again)
    page = await client.get(f"/cases/{story.case_id}")
    text = re.sub(r"\s+", " ", page.text)
    assert "<del>11401</del>" in text
    assert "<ins>11601</ins>" in text
    assert '<a href="#event-2">event 2</a>' in text
    assert "to be sent" in text
    assert "submission" in text
    assert page.headers["cache-control"] == "no-store"
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "style=" not in text
    assert "<script" not in text
    for path in (f"/v1/cases/{story.case_id}", f"/v1/claims/{story.claim_id}"):
        assert (await client.get(path)).status_code == 200
    async with database.transaction(["alpha"]) as connection:
        rows = await connection.exec_driver_sql(
            "select action, object_id, actor from audit order by recorded_at"
        )
        assert [tuple(row) for row in rows] == [
            ("case.read", str(story.case_id), "tester"),
            ("case.read", str(story.case_id), "tester"),
            ("claim.read", story.claim_id, "tester"),
        ]


async def test_one_hit_leads_to_its_case_and_none_says_so(client, hear, story_of):
    first, second = story_of("V-1", "E-1"), story_of("V-12", "E-12")
    await hear(first.visit(), second.visit())
    only = await client.get("/", params={"q": "V-12"})
    assert (only.status_code, only.headers["location"]) == (303, f"/cases/{second.case_id}")
    both = await client.get("/", params={"q": "v-1"})
    assert both.text.count("/cases/") == 2
    none = await client.get("/", params={"q": HOSTILE})
    assert "Nothing carries" in none.text
    assert HOSTILE not in none.text
    assert (await client.get(f"/cases/{first.claim_id}")).status_code == 422
    missing = await client.get("/cases/00000000-0000-0000-0000-000000000000")
    assert (missing.status_code, "no such case" in missing.text) == (404, True)


async def test_hostile_ids_stay_text(client, hear, story_of):
    story = story_of(HOSTILE, f"E{HOSTILE}")
    await hear(story.visit(), story.encounter(), story.coded(holds=(("pathology", HOSTILE),)))
    page = await client.get(f"/cases/{story.case_id}")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text


async def test_the_stylesheet_is_our_own(database, tokens):
    from services.operations import web

    assert (web.STATIC / "ops.css").exists()
    assert "http" not in (web.STATIC / "ops.css").read_text()
