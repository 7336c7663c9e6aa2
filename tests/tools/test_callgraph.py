"""The search for errors in code, with one small package for each rule."""

from types import SimpleNamespace

import pytest

from mockstytch.errors.kinds import family, shared
from tools.callgraph import Call, Code, Function

ERRORS = SimpleNamespace(
    own=shared(400, "own", "…"),
    other=shared(400, "other", "…"),
    third=shared(400, "third", "…"),
    by_type=family("no_{}_url", "…", ("login", "signup")),
)


@pytest.fixture
def raised(tmp_path):
    """Return the errors of ``start`` in the first module, from the text of modules by their names."""

    def search(start="start", **modules):
        for name, text in modules.items():
            path = tmp_path / "app" / "rules" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"from app import errors\nfrom app.errors import StytchError\n{text}", encoding="utf-8")
        code = Code(tmp_path / "app", ["rules"], ERRORS, "app.errors")
        return code.raised(Call(Function(f"app.rules.{next(iter(modules))}", start)))

    return search


HELPER = "def helper():\n    raise errors.own()\n"


# Calls that are followed

FOLLOWED = {
    "a function of the module": HELPER + "def start():\n    return helper()",
    "a call inside a call": HELPER + "def start():\n    return print(len([helper()]))",
    "two steps": HELPER + "def middle():\n    helper()\ndef start():\n    middle()",
    "a recursive function": HELPER + "def start(n):\n    helper()\n    start(n - 1)",
    "a function that is passed on": HELPER + "def start():\n    return map(helper, [1])",
    "a function inside a lambda": HELPER + "def start():\n    return lambda: helper()",
    "a nested function": "def start():\n    def inner():\n        raise errors.own()\n    return inner()",
    "a coroutine": "async def helper():\n    raise errors.own()\nasync def start():\n    await helper()",
    "a function in a table": HELPER + "TABLE = {'a': helper}\ndef start(key):\n    TABLE[key]()",
    "an error in a table": "TABLE = {'a': errors.own}\ndef start(key):\n    raise TABLE[key]()",
    "an error in a table that is iterated": "TABLE = {'a': errors.own}\ndef start():\n    for e in TABLE.values(): e()",
    "a table in a table": "INNER = {'a': errors.own}\nOUTER = [INNER]\ndef start():\n    return OUTER",
    "an error that is passed on": "def raise_it(kind):\n    raise kind()\ndef start():\n    raise_it(errors.own)",
    "an error that is passed on by name": "def start(store):\n    store.insert(1, slug=errors.own())",
    "an error in a variable": "def start():\n    problem = errors.own\n    raise problem()",
    "a method of a parameter": (
        "class Base:\n    def check(self):\n        raise errors.own()\n"
        "class Thing(Base):\n    pass\ndef start(thing: Thing):\n    thing.check()"
    ),
    "a method of a variable": (
        "class Thing:\n    def check(self):\n        raise errors.own()\ndef start():\n    t = Thing()\n    t.check()"
    ),
    "a method that calls another": (
        "class Thing:\n    def check(self):\n        self.fail()\n    def fail(self):\n        raise errors.own()\n"
        "def start(thing: Thing):\n    thing.check()"
    ),
    "a constructor": "class T:\n    def __post_init__(self):\n        raise errors.own()\ndef start():\n    T()",
    "a static method": (
        "class Thing:\n    def make():\n        raise errors.own()\ndef start():\n    return Thing.make()"
    ),
}


@pytest.mark.parametrize("text", FOLLOWED.values(), ids=list(FOLLOWED))
def test_call_is_followed(raised, text):
    assert raised(main=text) == {"own"}


IMPORTED = {
    "a module": "from app.rules import other\ndef start():\n    other.helper()",
    "a module by another name": "from app.rules import other as o\ndef start():\n    o.helper()",
    "a function": "from app.rules.other import helper\ndef start():\n    helper()",
    "a function by another name": "from app.rules.other import helper as h\ndef start():\n    h()",
    "a module by its path": "import app.rules.other as o\ndef start():\n    o.helper()",
    "relative to the package": "from . import other\ndef start():\n    other.helper()",
    "inside the function": "def start():\n    from app.rules.other import helper\n    helper()",
    "a class": "from app.rules.other import Thing\ndef start(thing: Thing):\n    thing.check()",
    "a base class": (
        "from app.rules import other\nclass Mine(other.Thing):\n    pass\ndef start(mine: Mine):\n    mine.check()"
    ),
    "a table": "from app.rules.other import TABLE\ndef start():\n    return TABLE['a']()",
    "a table of a module": "from app.rules import other\ndef start():\n    return other.TABLE",
    "an error": "from app.errors import own\ndef start():\n    raise own()",
}
OTHER = HELPER + "class Thing:\n    def check(self):\n        helper()\nTABLE = {'a': helper}\n"


@pytest.mark.parametrize("text", IMPORTED.values(), ids=list(IMPORTED))
def test_import_is_followed(raised, text):
    assert raised(main=text, other=OTHER) == {"own"}


def test_import_by_way_of_a_package_is_followed(raised):
    assert raised(main="from app.rules import helper\ndef start():\n    helper()", __init__=OTHER) == {"own"}


# Names that aren't calls

HIDDEN = {
    "a parameter": "def start(helper):\n    return helper",
    "a keyword parameter": "def start(*, helper):\n    return helper()",
    "extra arguments": "def start(*helper, **more):\n    return helper",
    "a variable": "def start():\n    helper = 1\n    return helper",
    "a variable that is assigned later": "def start(n):\n    if n:\n        print(helper)\n    helper = 1",
    "several variables": "def start():\n    a, (helper, b) = 1, (2, 3)\n    return helper",
    "an annotated variable": "def start():\n    helper: int = 1\n    return helper",
    "a loop variable": "def start(n):\n    for helper in n:\n        print(helper)",
    "a variable of a comprehension": "def start(n):\n    return [helper for helper in n]",
    "a variable of a nested comprehension": "def start(n):\n    return {a: helper for a in n for helper in a}",
    "an assignment expression": "def start(n):\n    if helper := n:\n        return helper",
    "an assignment expression in a comprehension": "def start(n):\n    return [a for a in n if (helper := a)], helper",
    "a variable of with": "def start(n):\n    with n as helper:\n        return helper",
    "a caught exception": "def start(n):\n    try:\n        n()\n    except KeyError as helper:\n        return helper",
    "a variable of a pattern": "def start(n):\n    match n:\n        case [helper, *rest]:\n            return helper",
    "a parameter of a lambda": "def start(n):\n    return sorted(n, key=lambda helper: helper)",
    "a nested function": "def start():\n    def helper():\n        return 1\n    return helper()",
    "an import of something else": "def start():\n    from elsewhere import helper\n    return helper()",
    "an attribute": "def start(n):\n    return n.helper",
    "a keyword of a call": "def start(n):\n    return n(helper=1)",
    "a text": "def start():\n    'helper()'\n    return 'errors.own'",
    "a type": "def start(n: helper) -> helper:\n    m: helper = n\n    return m",
    "a comparison with an error": "def start(e):\n    return e.kind is errors.own",
}


@pytest.mark.parametrize("text", HIDDEN.values(), ids=list(HIDDEN))
def test_name_that_does_not_refer_to_the_function_is_ignored(raised, text):
    assert raised(main=HELPER + text) == set()


def test_variable_hides_a_module_too(raised):
    text = "from app.rules import other\ndef start(other):\n    return other.helper()"
    assert raised(main=text, other=OTHER) == set()


def test_comprehension_hides_a_name_only_inside(raised):
    assert raised(main=HELPER + "def start(n):\n    return [helper for helper in n], helper()") == {"own"}


# Branches

RESOLVE = (
    "def resolve(kind, url='', flow='a'):\n"
    "    if not url:\n        raise errors.by_type[kind]()\n"
    "    tables = {'a': errors.own, 'b': errors.other}\n"
    "    raise tables[flow]()\n"
)
BRANCHES = {
    "resolve('login')": {"no_login_url"},
    "resolve('login', '')": {"no_login_url"},
    "resolve('login', req.url)": {"no_login_url", "own"},
    "resolve('login', url='x')": {"own"},
    "resolve('login', 'x', 'b')": {"other"},
    "resolve('login', 'x', flow=req.flow)": {"own", "other"},
    "resolve('login' if req.new else 'signup')": {"no_login_url", "no_signup_url"},
    "resolve(req.kind)": {"no_login_url", "no_signup_url"},
    "resolve(*req.all)": {"no_login_url", "no_signup_url", "own", "other"},
    "resolve('login', **req.all)": {"no_login_url", "own", "other"},
    "print(resolve)": {"no_login_url", "no_signup_url", "own", "other"},
}


@pytest.mark.parametrize(("call", "expected"), BRANCHES.items(), ids=list(BRANCHES))
def test_constant_argument_decides_a_branch(raised, call, expected):
    assert raised(main=f"{RESOLVE}def start(req):\n    {call}") == expected


CONDITIONS = {
    "x == 'a'": {"own"},
    "x != 'b'": {"own"},
    "x in ('a', 'c')": {"own"},
    "x not in ('b',)": {"own"},
    "x is not None": {"own"},
    "x": {"own"},
    "not x": {"other"},
    "x == 'a' and x": {"own"},
    "x == 'b' or not x": {"other"},
    "isinstance(x, str)": {"own"},
    "x == y": {"own", "other"},
    "x in y": {"own", "other"},
    "x == 'a' and y": {"own", "other"},
    "len(x)": {"own", "other"},
}


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS.items(), ids=list(CONDITIONS))
def test_condition_is_decided_if_its_parts_are_known(raised, condition, expected):
    check = f"def check(x, y):\n    if {condition}:\n        raise errors.own()\n    raise errors.other()\n"
    assert raised(main=f"{check}def start(y):\n    check('a', y)") == expected
    inline = f"def check(x, y):\n    raise errors.own() if {condition} else errors.other()\n"
    assert raised(main=f"{inline}def start(y):\n    check('a', y)") == expected


def test_parameter_that_is_assigned_again_is_unknown(raised):
    check = "def check(x, y):\n    x = y\n    if x:\n        raise errors.own()\n    raise errors.other()\n"
    assert raised(main=f"{check}def start(y):\n    check('', y)") == {"own", "other"}


def test_known_argument_is_passed_on(raised):
    middle = "def middle(kind):\n    return resolve(kind)\n"
    assert raised(main=f"{RESOLVE}{middle}def start():\n    middle('signup')") == {"no_signup_url"}


def test_known_argument_is_passed_on_by_partial(raised):
    text = """
from functools import partial
def start():
    return run(partial(check, "a"))
def check(kind, value):
    if kind == "a":
        raise errors.own()
    raise errors.other()
"""
    assert raised(main=text) == {"own"}


def test_code_after_the_end_of_a_block_is_ignored(raised):
    assert raised(main="def start():\n    raise errors.own()\n    raise errors.other()") == {"own"}


# Errors that are caught

CAUGHT = {
    "except StytchError:\n        return None": set(),
    "except errors.StytchError:\n        return None": set(),
    "except Exception:\n        return None": set(),
    "except (KeyError, StytchError):\n        return None": set(),
    "except StytchError as e:\n        print(e.because)": set(),
    "except StytchError as e:\n        raise errors.other(because=e.because) from None": {"other"},
    "except KeyError:\n        return None": {"own"},
    "except StytchError:\n        raise": {"own"},
    "except StytchError as e:\n        raise e": {"own"},
    "except StytchError as e:\n        kept = e\n    raise kept": {"own"},
    "except StytchError as e:\n        if e.kind is errors.other:\n            raise\n        print(e.kind)": {"own"},
    "finally:\n        raise errors.other()": {"own", "other"},
}


@pytest.mark.parametrize(("handler", "expected"), CAUGHT.items(), ids=list(CAUGHT))
def test_caught_error_is_raised_only_if_the_handler_raises_it(raised, handler, expected):
    assert raised(main=f"{HELPER}def start():\n    try:\n        helper()\n    {handler}") == expected


def test_suppressed_error_is_not_raised(raised):
    text = "from contextlib import suppress\ndef start():\n    with suppress(StytchError):\n        helper()"
    assert raised(main=HELPER + text) == set()


def test_function_can_be_left_out(tmp_path):
    path = tmp_path / "app" / "rules" / "main.py"
    path.parent.mkdir(parents=True)
    path.write_text(f"from app import errors\n{HELPER}def start():\n    helper()\n    raise errors.other()\n")
    code = Code(tmp_path / "app", ["rules"], ERRORS, "app.errors")
    start, helper = Function("app.rules.main", "start"), Function("app.rules.main", "helper")
    assert code.raised(Call(start), without={helper}) == {"other"}
