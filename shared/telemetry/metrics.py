"""Every metric the services export, in one list. Labels are names of things, never ids of cases."""

from prometheus_client import Counter, Gauge, Histogram

# HTTP: route is the template (`/v1/visits/{visit_id}`), so no id becomes a label.
HTTP_REQUESTS = Counter(
    "dermis_http_requests", "Answers given", ["service", "method", "route", "status"]
)
HTTP_SECONDS = Histogram(
    "dermis_http_request_seconds", "Time to answer (s)", ["service", "method", "route"]
)
UNHANDLED_ERRORS = Counter(
    "dermis_unhandled_errors", "Errors no code expected: each is a bug", ["service", "error"]
)
BACKGROUND_RESTARTS = Counter(
    "dermis_background_restarts", "Background tasks that ended and began again", ["service", "task"]
)

# Messages from outside.
MESSAGES_RECEIVED = Counter(
    "dermis_messages_received", "Webhook messages kept, repeats aside", ["service", "format"]
)
MESSAGES_REPEATED = Counter(
    "dermis_messages_repeated", "Webhook posts answered from the first one", ["service"]
)
MESSAGES_CONFLICTING = Counter(
    "dermis_messages_conflicting",
    "Webhook ids used again with another body: the sender's bug, an alarm",
    ["service"],
)
MESSAGES_REFUSED = Counter(
    "dermis_messages_refused", "Webhook posts refused at the door", ["service", "reason"]
)
MESSAGES_INTERPRETED = Counter(
    "dermis_messages_interpreted", "What became of messages", ["service", "state"]
)

# The bus.
EVENTS_HEARD = Counter(
    "dermis_events_heard",
    "Events read from the broker, by what was done",
    ["service", "topic", "outcome"],
)
EVENTS_EMITTED = Counter(
    "dermis_events_emitted", "Events committed to the outbox", ["service", "topic"]
)
EVENTS_PUBLISHED = Counter(
    "dermis_events_published", "Outbox rows the broker acknowledged", ["service", "topic"]
)
BATCH_SECONDS = Histogram(
    "dermis_batch_seconds", "Time of one consumer transaction (s)", ["service"]
)
BUS_SECONDS = Counter(
    "dermis_bus_seconds", "Time of consumers and relays by phase (s)", ["service", "phase"]
)
PARKED = Gauge("dermis_parked", "Events parked now", ["service", "kind", "status"])
DEAD_LETTERS = Counter(
    "dermis_dead_letters", "Events that hearing set aside as dead", ["service", "topic"]
)
DEAD_LETTERS_RECENT = Gauge(
    "dermis_dead_letters_recent", "Events dead within the hour that the limit counts", ["service"]
)
CONSUMPTION_PAUSED = Gauge(
    "dermis_consumption_paused",
    "1 while a service hears nothing because of its dead letters: an alarm",
    ["service"],
)
RENUMBERED = Counter(
    "dermis_events_renumbered",
    "Events under numbers given out before a restore, parked for people: an alarm",
    ["service", "topic"],
)
REWINDS = Counter(
    "dermis_rewinds", "Partitions read again from their beginning after a loss", ["service"]
)
LOG_LOSSES = Counter("dermis_log_losses", "Losses of the log that relays found", ["service"])
TIMERS_FIRED = Counter("dermis_timers_fired", "Timers that came due", ["service", "kind"])
PARTNER_PAUSED = Gauge(
    "dermis_partner_paused",
    "1 while calls to a partner pause after failures in a row",
    ["service", "kind"],
)
OUTBOUND_CALLS = Counter(
    "dermis_outbound_calls", "Calls to partners, by outcome", ["service", "kind", "outcome"]
)
