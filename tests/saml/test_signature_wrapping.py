"""Signature wrapping: the signed element is moved, and a forged one takes its place.

XSW 1 to 8 are the variants of Somorovsky et al., "On Breaking SAML" (USENIX Security 2012).
"""

import copy
import random

import pytest

from mockstytch.protocols.saml import saml_response, xml
from tests.saml.helpers import (
    ADA,
    EVE,
    build_response,
    certificate,
    decode,
    encode_root,
    expected,
    find,
    refusal,
    verify_or_refusal,
)

REFUSALS = {"invalid_saml_response", "invalid_signature_saml_response"}


def forge(element, **attributes):
    """Return a copy of an element with the attacker's address. It keeps the signature."""
    forged = copy.deepcopy(element)
    for node in forged.iter():
        if node.text and ADA in node.text:
            node.text = node.text.replace(ADA, EVE)
    for name, value in attributes.items():
        forged.set(name, value)
    return forged


def without_signature(element):
    """Return a copy of an element without its signature."""
    unsigned = copy.deepcopy(element)
    unsigned.remove(find(unsigned, "ds:Signature"))
    return unsigned


def wrapped_response(inside_signature, new_id):
    """XSW 1 and 2: the signed response is inside, or next to, its signature in a forged response."""
    original = decode(build_response(sign="response"))
    forged = forge(original, **({"ID": "_evil"} if new_id else {}))
    signature = find(forged, "ds:Signature")
    (signature if inside_signature else forged).append(without_signature(original))
    return forged


def wrapped_assertion(arrange, new_id):
    """XSW 3 to 8: ``arrange(root, forged, original)`` starts with the original assertion in the root."""
    root = decode(build_response(sign="assertion"))
    original = find(root, "saml:Assertion")
    forged = forge(original, **({"ID": "_evil"} if new_id else {}))
    arrange(root, forged, original)
    return root


def before(root, forged, original):
    """XSW 3: the forged assertion is first and unsigned; the original follows it."""
    original.addprevious(without_signature(forged))


def around(root, forged, original):
    """XSW 4: the original is a child of the forged assertion."""
    outer = without_signature(forged)
    root.replace(original, outer)
    outer.append(original)


def after_with_signature_moved(root, forged, original):
    """XSW 5: the forged assertion contains the signature; the original follows without it."""
    root.replace(original, forged)
    root.append(without_signature(original))


def inside_its_signature(root, forged, original):
    """XSW 6: like 5, with the original inside the signature."""
    root.replace(original, forged)
    find(forged, "ds:Signature").append(without_signature(original))


def in_extensions(root, forged, original):
    """XSW 7: the forged assertion is in an element that allows any content."""
    extensions = xml.create_root("samlp:Extensions", "samlp")
    extensions.append(without_signature(forged))
    original.addprevious(extensions)


def in_an_object(root, forged, original):
    """XSW 8: the original is in an Object of the forged assertion's signature."""
    root.replace(original, forged)
    xml.add_child(find(forged, "ds:Signature"), "ds:Object").append(without_signature(original))


def renamed(root, forged, original):
    """Not among the eight: the original has another element name, so that it isn't counted as an assertion."""
    root.replace(original, forged)
    extensions = xml.add_child(root, "samlp:Extensions")
    hidden = without_signature(original)
    hidden.tag = xml.qualified_name("saml:Advice")
    extensions.append(hidden)


ARRANGEMENTS = [
    before,
    around,
    after_with_signature_moved,
    inside_its_signature,
    in_extensions,
    in_an_object,
    renamed,
]


@pytest.mark.parametrize("new_id", [True, False])
@pytest.mark.parametrize("inside_signature", [True, False])
def test_wrapped_response_is_refused(inside_signature, new_id):
    assert refusal(encode_root(wrapped_response(inside_signature, new_id))) in REFUSALS


@pytest.mark.parametrize("new_id", [True, False])
@pytest.mark.parametrize("arrange", ARRANGEMENTS)
def test_wrapped_assertion_is_refused(arrange, new_id):
    assert refusal(encode_root(wrapped_assertion(arrange, new_id))) in REFUSALS


@pytest.mark.parametrize("position", ["before", "after"])
def test_unsigned_assertion_next_to_an_encrypted_one_is_refused(position):
    root = decode(build_response(encrypt_for=certificate("sp")))
    forged = forge(find(decode(build_response(sign="none")), "saml:Assertion"), ID="_evil")
    encrypted = find(root, "saml:EncryptedAssertion")
    (encrypted.addprevious if position == "before" else encrypted.addnext)(forged)
    assert refusal(encode_root(root)) == "invalid_saml_response"


def test_signed_assertion_in_an_unsigned_response_is_accepted():
    """This is safe: only the assertion is used. The response must not contradict it."""
    root = decode(build_response(sign="assertion", response_id="_made_up"))
    assert saml_response.verify(encode_root(root), expected()).response_id == "_made_up"
    find(root, "saml:Issuer").text = "https://evil.test"
    assert refusal(encode_root(root)) == "invalid_saml_response"


def test_assertion_of_another_response_is_refused():
    """Both parts are signed by the identity provider, but not together."""
    first, other = decode(build_response(sign="response")), decode(build_response(sign="assertion", name_id=EVE))
    first.replace(find(first, "saml:Assertion"), find(other, "saml:Assertion"))
    assert refusal(encode_root(first)) == "invalid_signature_saml_response"


# Random changes: whatever is copied, moved, renamed or forged, the attacker's address isn't accepted

SEEDS = range(40)
NAMES = ["saml:Assertion", "samlp:Response", "ds:Object", "samlp:Extensions", "saml:Advice", "saml:EncryptedAssertion"]


def mutate(rng, root):
    """Change one random element of the tree."""
    nodes = [node for node in root.iter() if isinstance(node.tag, str)]
    part, target = rng.choice(nodes[1:]), rng.choice(nodes)
    match rng.randrange(6):
        case 0:
            target.insert(rng.randrange(len(target) + 1), forge(part))
        case 1 if target not in part.iter():
            target.insert(rng.randrange(len(target) + 1), part)
        case 2:
            part.getparent().remove(part)
        case 3:
            rng.choice([node for node in nodes if node.get("ID")] or nodes).set("ID", rng.choice(IDS))
        case 4:
            target.insert(rng.randrange(len(target) + 1), xml.create_root(rng.choice(NAMES), "saml samlp ds"))
        case 5 if part.text:
            part.text = part.text.replace(ADA, EVE)


IDS = ["_response", "_assertion", "_evil", ""]


@pytest.mark.parametrize("seed", SEEDS)
def test_random_changes_never_log_the_attacker_in(seed):
    rng = random.Random(seed)
    responses = [build_response(sign=sign) for sign in ("assertion", "response", "both")]
    accepted = 0
    for _ in range(25):
        root = decode(rng.choice(responses))
        if rng.random() < 0.5:  # start with a forged response that contains the original
            forged, original = forge(root), copy.deepcopy(root)
            rng.choice([node for node in forged.iter() if isinstance(node.tag, str)]).append(original)
            root = forged
        for _ in range(rng.randrange(1, 6)):
            mutate(rng, root)
        result = verify_or_refusal(encode_root(root))
        if isinstance(result, str):
            assert result.endswith("_saml_response")
        else:
            accepted += 1
            assert result.name_id == ADA
            assert EVE not in repr(result)
    assert accepted < 25
