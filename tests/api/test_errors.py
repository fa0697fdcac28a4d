from dataclasses import replace

import pytest

from sempre import errors
from sempre.api.schema import ErrorAnswer
from tests.api.house import House

FAMILIES = [
    (errors.NotFoundError("It is gone."), 404, "not_found"),
    (errors.ConflictError("It has ended."), 409, "conflict"),
    (errors.RefusedError("A person said no."), 403, "refused"),
    (errors.InvalidError("It is no number."), 422, "invalid"),
    (errors.UnavailableError("Later.", retry_after=2.4), 503, "unavailable"),
    (errors.MisconfiguredError("No CLI.", remedy="Install it."), 500, "misconfigured"),
    (errors.NotFoundError("x", code="worker_not_found"), 404, "worker_not_found"),
]


def breaking(house: House, error: Exception) -> House:
    """A house whose status cannot be told."""

    def broken() -> int:
        raise error

    house.parts = replace(house.parts, sessions_alive=broken)
    return house


@pytest.mark.parametrize(("error", "status", "code"), FAMILIES)
async def test_each_family_of_errors_has_its_status_and_form(
    small_house: House, error: errors.SempreError, status: int, code: str
) -> None:
    async with breaking(small_house, error).operator() as client:
        answer = await client.get("/api/status")
    told = ErrorAnswer.model_validate_json(answer.content, extra="forbid").error
    assert (answer.status_code, told.code, told.message) == (status, code, error.message)
    assert told.request_id == answer.headers["x-request-id"] != ""


async def test_unavailable_says_when_to_try_again(small_house: House) -> None:
    broken = breaking(small_house, errors.UnavailableError("Later.", retry_after=2.4))
    async with broken.operator() as client:
        assert (await client.get("/api/status")).headers["retry-after"] == "3"


async def test_misconfigured_says_what_a_person_must_do(small_house: House) -> None:
    broken = breaking(small_house, errors.MisconfiguredError("No CLI.", remedy="Install it."))
    async with broken.operator() as client:
        assert (await client.get("/api/status")).json()["error"]["remedy"] == "Install it."


async def test_what_nobody_foresaw_is_told_without_any_of_its_details(
    small_house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = breaking(small_house, RuntimeError("the CANARY in the trace"))
    async with broken.operator() as client:
        answer = await client.get("/api/status", headers={"x-request-id": "find-me"})
    assert answer.status_code == 500
    assert answer.json()["error"] == {
        "code": "internal",
        "message": answer.json()["error"]["message"],
        "remedy": None,
        "request_id": "find-me",
    }
    assert "CANARY" not in answer.text
    assert "Traceback" not in answer.text
    logged = capsys.readouterr()
    assert "CANARY" in logged.out + logged.err, "the log has it"


async def test_an_error_of_the_framework_has_the_same_form(small_house: House) -> None:
    async with small_house.operator() as client:
        missing = await client.get("/api/nothing")
        wrong = await client.delete("/api/status")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "GET"


@pytest.mark.parametrize("given", ["ci-7", "a.b:c_d-1", "x" * 64])
async def test_a_request_id_that_fits_is_kept(small_house: House, given: str) -> None:
    async with small_house.browser() as client:
        answer = await client.get("/healthz", headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\x1b[31m", "a\tb", 'a"b', "é"])
async def test_one_that_could_forge_a_log_is_replaced(small_house: House, given: str) -> None:
    async with small_house.browser() as client:
        answer = await client.get("/healthz", headers={b"x-request-id": given.encode("latin-1")})
    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 36
