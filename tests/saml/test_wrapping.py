"""Signature wrapping: a signed element is moved aside, and another one stands where it was looked for.

The eight classic variants are those of Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (USENIX 2012).
"""

import copy
import random

import pytest

from mockstytch.protocols.saml import saml_response, xml
from tests.saml.world import ADA, EVE, certificate, closed, expected, find, opened, response, tried, why

REFUSALS = {"invalid_saml_response", "invalid_signature_saml_response"}


def evil(element, **attributes):
    """A copy of an element that speaks of somebody else; its signature stays."""
    made = copy.deepcopy(element)
    for node in made.iter():
        if node.text and ADA in node.text:
            node.text = node.text.replace(ADA, EVE)
    for name, value in attributes.items():
        made.set(name, value)
    return made


def unsigned(element):
    """A copy without the signature right below."""
    made = copy.deepcopy(element)
    made.remove(find(made, "ds:Signature"))
    return made


def wrapped_response(inside_signature, own_id):
    """XSW 1 and 2: the response that was signed lies within, or beside, its signature in another response."""
    original = opened(response(sign="response"))
    forged = evil(original, **({"ID": "_evil"} if own_id else {}))
    signature = find(forged, "ds:Signature")
    (signature if inside_signature else forged).append(unsigned(original))
    return forged


def wrapped_assertion(arrange, own_id):
    """XSW 3 to 8: ``arrange(root, evil assertion, original)`` with the original in the root."""
    root = opened(response(sign="assertion"))
    original = find(root, "saml:Assertion")
    forged = evil(original, **({"ID": "_evil"} if own_id else {}))
    arrange(root, forged, original)
    return root


def before(root, forged, original):
    """XSW 3: the evil one first, unsigned, the original behind it."""
    original.addprevious(unsigned(forged))


def around(root, forged, original):
    """XSW 4: the original is a child of the evil one."""
    outer = unsigned(forged)
    root.replace(original, outer)
    outer.append(original)


def behind_with_the_signature_moved(root, forged, original):
    """XSW 5: the evil one holds the signature, the original comes behind, without it."""
    root.replace(original, forged)
    root.append(unsigned(original))


def inside_the_signature(root, forged, original):
    """XSW 6: as 5, with the original inside the signature."""
    root.replace(original, forged)
    find(forged, "ds:Signature").append(unsigned(original))


def in_extensions(root, forged, original):
    """XSW 7: the evil one in an element whose content is free."""
    extensions = xml.create_root("samlp:Extensions", "samlp")
    extensions.append(unsigned(forged))
    original.addprevious(extensions)


def in_an_object(root, forged, original):
    """XSW 8: the original in an object of the evil one's signature."""
    root.replace(original, forged)
    xml.add_child(find(forged, "ds:Signature"), "ds:Object").append(unsigned(original))


def without_the_name(root, forged, original):
    """Not among the eight: the original under a name that nobody counts."""
    root.replace(original, forged)
    holder = xml.add_child(root, "samlp:Extensions")
    hidden = unsigned(original)
    hidden.tag = xml.qualified_name("saml:Advice")
    holder.append(hidden)


ARRANGED = [
    before,
    around,
    behind_with_the_signature_moved,
    inside_the_signature,
    in_extensions,
    in_an_object,
    without_the_name,
]


@pytest.mark.parametrize("own_id", [True, False])
@pytest.mark.parametrize("inside_signature", [True, False])
def test_a_wrapped_response(inside_signature, own_id):
    assert why(closed(wrapped_response(inside_signature, own_id))) in REFUSALS


@pytest.mark.parametrize("own_id", [True, False])
@pytest.mark.parametrize("arrange", ARRANGED)
def test_a_wrapped_assertion(arrange, own_id):
    assert why(closed(wrapped_assertion(arrange, own_id))) in REFUSALS


@pytest.mark.parametrize("place", ["before", "behind"])
def test_an_unsigned_assertion_beside_an_encrypted_one(place):
    root = opened(response(encrypt_for=certificate("sp")))
    forged = evil(find(opened(response(sign="neither")), "saml:Assertion"), ID="_evil")
    holder = find(root, "saml:EncryptedAssertion")
    (holder.addprevious if place == "before" else holder.addnext)(forged)
    assert why(closed(root)) == "invalid_saml_response"


def test_a_signed_assertion_in_a_response_of_the_attackers():
    """That much is allowed, and no hole: what is believed is in the assertion. The envelope only has to agree."""
    root = opened(response(sign="assertion", response_id="_made_up"))
    assert saml_response.verify(closed(root), expected()).response_id == "_made_up"
    find(root, "saml:Issuer").text = "https://evil.test"
    assert why(closed(root)) == "invalid_saml_response"


def test_two_responses_signed_alike_do_not_mix():
    """Each part is signed by the identity provider, but not as one."""
    ours, other = opened(response(sign="response")), opened(response(sign="assertion", name_id=EVE))
    ours.replace(find(ours, "saml:Assertion"), find(other, "saml:Assertion"))
    assert why(closed(ours)) == "invalid_signature_saml_response"


# Surgery at random: whatever is copied, moved, renamed and forged, nobody comes in as Eve

SEEDS = range(40)
NAMES = ["saml:Assertion", "samlp:Response", "ds:Object", "samlp:Extensions", "saml:Advice", "saml:EncryptedAssertion"]


def operate(chance, root):
    """One cut somewhere in the tree."""
    nodes = [node for node in root.iter() if isinstance(node.tag, str)]
    part, place = chance.choice(nodes[1:]), chance.choice(nodes)
    match chance.randrange(6):
        case 0:
            place.insert(chance.randrange(len(place) + 1), evil(part))
        case 1 if place not in part.iter():
            place.insert(chance.randrange(len(place) + 1), part)
        case 2:
            part.getparent().remove(part)
        case 3:
            chance.choice([node for node in nodes if node.get("ID")] or nodes).set("ID", chance.choice(IDS))
        case 4:
            place.insert(chance.randrange(len(place) + 1), xml.create_root(chance.choice(NAMES), "saml samlp ds"))
        case 5 if part.text:
            part.text = part.text.replace(ADA, EVE)


IDS = ["_response", "_assertion", "_evil", ""]


@pytest.mark.parametrize("seed", SEEDS)
def test_surgery(seed):
    chance = random.Random(seed)
    genuine = [response(sign=sign) for sign in ("assertion", "response", "both")]
    let_in = 0
    for _ in range(25):
        root = opened(chance.choice(genuine))
        if chance.random() < 0.5:  # begin with the forged one in its place, the original at hand to be hidden
            forged, original = evil(root), copy.deepcopy(root)
            chance.choice([node for node in forged.iter() if isinstance(node.tag, str)]).append(original)
            root = forged
        for _ in range(chance.randrange(1, 6)):
            operate(chance, root)
        found = tried(closed(root))
        if isinstance(found, str):
            assert found.endswith("_saml_response")
        else:
            let_in += 1
            assert found.name_id == ADA
            assert EVE not in repr(found)
    assert let_in < 25
