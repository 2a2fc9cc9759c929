"""Which declarations of the public headers a user can name, and which of them name a type of handoff::detail."""

import re
from pathlib import Path

# What may name one nevertheless, and why.
ALLOWED = {"handoff::result": "derives from Boost.Outcome's basic_result, which detail spells with handoff's policy "
                              "(decision 39)"}

SILENT = re.compile(r'//[^\n]*|/\*.*?\*/|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*|"(?:\\.|[^"\\\n])*"|(?<!\d)\'(?:\\.|[^\'\\\n])+\'',
                    re.DOTALL | re.MULTILINE)
TEMPLATE_HEAD = re.compile(r"^template\s*<.*?>\s*(?=class|struct|union|enum)", re.DOTALL)
TYPE_HEAD = re.compile(r"^(?:enum\s+)?(?P<kind>class|struct|union|enum)\b(?:\s*\[\[.*?\]\])?(?:\s+HANDOFF_EXPORT)?\s+"
                       r"(?P<name>\w+)")
MEMBER_INITIALISERS = re.compile(r"(?<=\))((?:\s*noexcept)?)\s*:(?!:).*", re.DOTALL)
FRIEND_TYPE = re.compile(r"^friend\s+(?:class\s+|struct\s+)?[\w:]+$")


def matching(text, at):
    """Behind the brace or parenthesis that closes the one at `at`."""
    closes = {"{": "}", "(": ")"}[text[at]]
    depth = 0
    for place in range(at, len(text)):
        depth += (text[place] == text[at]) - (text[place] == closes)
        if depth == 0:
            return place + 1
    raise ValueError(f"nothing closes {text[at:at + 40]!r}")


def namespace_of(head):
    """The name that a namespace begins with; "" of extern "C"; None if it is neither."""
    begins = re.match(r'(?:inline )?namespace\b\s*(.*)|extern ""$', head, re.DOTALL)
    return (begins[1] or "") if begins else None


def declarations(text):
    """(scope, access, declaration without its body) of everything a header declares outside of functions."""
    text = SILENT.sub(lambda match: '""' if match[0][0] == '"' else " ", text)
    scopes, said, at = [], "", 0  # scopes: [name, access], the latter None in a namespace

    def done():
        access = "private" if ["private"] in [scope[1:] for scope in scopes] else "public"
        named = "::".join(name for name, _ in scopes if name)
        return named, access, " ".join(MEMBER_INITIALISERS.sub(r"\1", said).split())

    while at < len(text):
        now, head = text[at], said.strip()
        type_head = TYPE_HEAD.match(TEMPLATE_HEAD.sub("", head))
        if now == "(":
            end = matching(text, at)
            said, at = said + text[at:end], end
            continue
        at += 1
        if now == ":" and scopes and head in ("public", "protected", "private"):
            scopes[-1][1], said = head, ""
        elif now == "{" and namespace_of(head) is not None:
            scopes.append([namespace_of(head), None])
            said = ""
        elif now == "{" and type_head and "(" not in head:
            yield done()
            scopes.append([type_head["name"], "private" if type_head["kind"] == "class" else "public"])
            said = ""
        elif now == "{":  # a body, or a value in braces
            at = matching(text, at - 1)
            if "(" in head and not re.match(r"\s*[,{;]", text[at:at + 80]):
                yield done()
                said = ""
        elif now == "}":
            scopes.pop()
            said = ""
        elif now == ";":
            if head:
                yield done()
            said = ""
        else:
            said += now


def of_headers(folder):
    """(file, scope, access, declaration) of all headers, those of namespace detail, too."""
    for path in sorted(Path(folder).rglob("*.hpp")):
        for one in declarations(path.read_text(encoding="utf-8")):
            yield path, *one


def naming_detail(folder):
    """(file, declaration) of all that a user can name and that names a type of detail. A concept is no type."""
    everything = list(of_headers(folder))
    concepts = {declaration[declaration.index("concept "):].split()[1]
                for _, _, _, declaration in everything if re.search(r"\bconcept \w", declaration)}
    for path, scope, access, declaration in everything:
        names = set(re.findall(r"\bdetail::(?:\w+::)*(\w+)", declaration)) - concepts
        own = TYPE_HEAD.match(TEMPLATE_HEAD.sub("", declaration))
        where = f"{scope}::{own['name']}" if own else scope
        hidden = access == "private" or re.search(r"\bdetail\b", scope) or FRIEND_TYPE.match(declaration)
        if names and not hidden and where not in ALLOWED:
            yield path.name, declaration


def functions(folder):
    """handoff::Loan::resize, ...: what the headers declare, whoever may call it."""
    for _, scope, _, declaration in of_headers(folder):
        name = re.search(r"(operator\s*[^\s\w]+|~?\w+)\s*\(", declaration)
        if name:
            yield f"{scope}::{name[1]}"
