"""The methods of the SDK's client that the tests call, each with a success and a refusal.

They are read from the tests themselves: the literal name in ``call(page, "self.get")`` is a success, and the one in
``refusal(page, "self.get")`` a refusal. If the name is a variable, the names in the test's ``parametrize`` count.
"""

import ast
from pathlib import Path

_SUCCESSES, _REFUSALS = ("call", "navigate", "subscribe"), ("refusal", "rejected", "refused_navigation")

# Methods that can't succeed here, each with a reason.
NEVER_SUCCEED = {
    "oauth.googleOneTap.discovery.start": "it needs Google's servers",
    "oauth.googleOneTap.start": "it needs Google's servers",
}

# Methods that no server can refuse, each with a reason.
_LOCAL = "it reads the state of the client only"
_CALLBACK = "it registers a callback in the client only"
_POLICY = "the client decides with the policy and the roles that it has, and returns False"
NEVER_REFUSED = {
    "member.getSync": _LOCAL,
    "member.onChange": _CALLBACK,
    "onStateChange": _CALLBACK,
    "organization.getInfo": _LOCAL,
    "organization.getSync": _LOCAL,
    "organization.onChange": _CALLBACK,
    "parseAuthenticateUrl": "it reads the page's URL only",
    "rbac.allPermissions": _POLICY,
    "rbac.isAuthorized": _POLICY,
    "rbac.isAuthorizedSync": _POLICY,
    "self.getInfo": _LOCAL,
    "self.getSync": _LOCAL,
    "self.onChange": _CALLBACK,
    "session.getInfo": _LOCAL,
    "session.getSync": _LOCAL,
    "session.getTokens": _LOCAL,
    "session.onChange": _CALLBACK,
    "session.updateSession": "it stores tokens in the client only",
}

# What exists at run time, and what the type declarations hide: parts and methods that aren't for apps.
HIDDEN_PARTS = ("magicLinks.dfpProtectedAuth.", "rbac.cachedPolicy.")
HIDDEN = {
    "magicLinks.getCodeChallenge",
    "magicLinks.handlePKCEForAuthenticate",
    "oauth.getBaseApiUrl",
    "oauth.navigate",
    "oauth.startDiscoveryOAuthFlow",
    "oauth.startOAuthFlow",
    "oauth.startOneTap",
    "oauth.startOneTapDiscovery",
    "organization.updateMemberIfSelf",
    "passwords.getCodeChallenge",
    "rbac.getEffectivePolicy",
    "rbac.getEffectivePolicySync",
    "rbac.roleIds",
    "sso.getBaseApiUrl",
    "sso.navigate",
    # "member" is the same class as "self", with fewer methods in its declarations
    "member.deleteMFATOTP",
    "member.deletePassword",
    "member.getConnectedApps",
    "member.getInfo",
    "member.revokeConnectedApp",
    "member.startEmailUpdate",
    "member.unlinkRetiredEmail",
}


def called() -> set[str]:
    """Return the methods that tests call with success."""
    return _names(_SUCCESSES)


def refused() -> set[str]:
    """Return the methods that tests call and that must fail."""
    return _names(_REFUSALS)


def _names(verbs: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    for path in Path(__file__).parent.glob("test_sdk_*.py"):
        module = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: statement.value
            for statement in module.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
        for function in (node for node in module.body if isinstance(node, ast.FunctionDef)):
            marks = [constants[mark.id] if isinstance(mark, ast.Name) else mark for mark in function.decorator_list]
            parameters = {name for mark in marks for name in _texts(mark)} - {"method"}
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in verbs:
                    found |= _texts(node.args[1]) or parameters
    return found


def _texts(expression: ast.expr) -> set[str]:
    constants = [node.value for node in ast.walk(expression) if isinstance(node, ast.Constant)]
    return {value for value in constants if isinstance(value, str)}
