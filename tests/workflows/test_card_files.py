import pytest

from sempre.workflows.card_files import is_test, spec_path, touched_tests, written_spec


@pytest.mark.parametrize(
    "path",
    [
        "tests/shop.py",
        "src/shop_test.go",
        "test_shop.py",
        "src/__tests__/shop.ts",
        "shop.test.tsx",
        "shop.spec.js",
        "spec/shop_spec.rb",
        "src/test/java/ShopTest.java",
        "ShopTests.cs",
        "conftest.py",
        "e2e/login.ts",
    ],
)
def test_tests_are_known_by_their_names(path: str) -> None:
    assert is_test(path)


@pytest.mark.parametrize(
    "path",
    [
        "src/shop.py",
        "latest.py",
        "contest/rules.md",
        "specs/shop-1.md",
        "testimony.md",
        "attest.go",
    ],
)
def test_what_only_sounds_like_one_is_none(path: str) -> None:
    assert not is_test(path)


def test_of_a_change_the_tests_are_picked_with_what_became_of_them() -> None:
    assert touched_tests([("M", "shop.py"), ("D", "tests/test_shop.py")]) == [
        ("D", "tests/test_shop.py")
    ]


def test_a_spec_is_named_after_its_card() -> None:
    assert spec_path("SHOP-12", "Preço: em €uros!") == "specs/shop-12-preco-em-uros.md"
    assert spec_path("SHOP-12", "日本") == "specs/shop-12.md"


def test_the_spec_is_found_where_it_was_written() -> None:
    wanted = "specs/shop-1.md"
    assert written_spec(wanted, [("A", wanted), ("A", "specs/other.md")], "") == wanted
    assert (
        written_spec(wanted, [("A", "specs/a.md"), ("A", "specs/b.md")], "see specs/b.md.")
        == "specs/b.md"
    )
    assert written_spec(wanted, [("A", "docs/plan.md")], "") == "docs/plan.md"
    assert written_spec(wanted, [("D", wanted), ("M", "shop.py")], "see specs/b.md") is None
