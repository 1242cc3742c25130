"""The OpenAPI document tells the answer that refusals really have."""

from fastapi import FastAPI

from shared.http.published import publish_problems


def test_every_operation_may_answer_a_problem_and_no_other_422() -> None:
    app = FastAPI()

    @app.get("/things/{number}")
    def thing(number: int) -> dict[str, int]:
        return {"number": number}

    @app.get("/own", responses={422: {"description": "its own"}})
    def own(number: int) -> None: ...

    publish_problems(app)
    for _ in range(2):  # the document is made once and kept
        document = app.openapi()
        responses = document["paths"]["/things/{number}"]["get"]["responses"]
        assert set(responses) == {"200", "default"}
        media = responses["default"]["content"]["application/problem+json"]
        name = media["schema"]["$ref"].rpartition("/")[2]
        assert "request_id" in document["components"]["schemas"][name]["required"]
        assert "HTTPValidationError" not in str(document)
        assert document["paths"]["/own"]["get"]["responses"]["422"]["description"] == "its own"
