#!/usr/bin/python3
"""Writes what C++, C, Python, Node.js and the pages show of describe/handoff.toml.

usage: generate.py [ROOT]            writes all files that are not what the description says
       generate.py --check [ROOT]    names them; exit code 1 if there are any

Most of it are regions between the comments `generated from describe/handoff.toml: NAMES` and `end of generated`. The
names are tables, the ending of the file decides what is written of them. Before them, in C, `init`: the functions that
begin these structs; in C++ `copies`: from `options` to `made`. `asserts`: C and C++ have the same enumerators. `messages`: of the errors.
"""

import re
import sys
import textwrap
import tomllib
from itertools import groupby
from pathlib import Path

CHECKS = "--check" in sys.argv
ROOT = Path(next((word for word in sys.argv[1:] if word != "--check"), Path(__file__).resolve().parents[1]))
TABLES = tomllib.loads((ROOT / "describe/handoff.toml").read_text(encoding="utf-8"))
ENUMS = {name: table["values"] for name, table in TABLES.items() if "values" in table}
STRUCTS = {name: table["kind"] for name, table in TABLES.items() if "fields" in table}

CPP, C, PYTHON, TYPESCRIPT, FIELD = range(5)  # the columns; FIELD is the name in src/described/field.hpp
TYPES = {
    "u32": ("std::uint32_t", "uint32_t", "int", "number", "u32"),
    "u64": ("std::uint64_t", "uint64_t", "int", "number", "u64"),
    "id": ("std::uint64_t", "uint64_t", "int", "bigint", "id"),
    "bytes": ("std::size_t", "uint64_t", "int", "number", "u64"),
    "bool": ("bool", "uint32_t", "bool", "boolean", "flag"),
    "text": ("std::string", "const char*", "str", "string", "text"),
    "duration": ("std::chrono::nanoseconds", "int64_t", "_Seconds", "number", ""),
    "moment": ("", "int64_t", "int", "bigint", "ns"),
    "stop": ("std::stop_token", "const handoff_stop*", "", "AbortSignal", ""),
    "image": ("Image", "handoff_image", "Image", "Image", "image"),
}
TYPES |= {name: (name, "uint32_t", f"_{name}", TABLES[name].get("node", name), "word") for name in ENUMS}


def fields_of(name, language=""):
    """Of a struct, with those of the part that ends it; an enum has none."""
    table = TABLES[name]
    fields = table.get("fields", []) + (TABLES[table["and"]]["fields"] if "and" in table else [])
    return [{**field, "kind": table["kind"]} for field in fields if language not in field.get("without", [])]


def snake(name):
    return re.sub(r"(?<=.)([A-Z])", r"_\1", name).lower()


def node_name(field):
    return field.get("node", re.sub(r"_(.)", lambda match: match[1].upper(), field["name"]))


UNITS = {"cpp": "0 or negative: not at all; std::chrono::nanoseconds::max(): for ever", "c": "or HANDOFF_FOREVER"}
RULES = {"at least": "at least this", "equal": "the same", "creator's": "anything"}


def default_of(field):
    value = field.get("default", "none" if field["type"] == "stop" else "")
    return str(value).lower() if isinstance(value, bool) else str(value)


def sentence(field, language):
    """What a field or a value is, with its range; outside of pages also default and rule."""
    says, least, most = field.get("says", ""), field.get("least"), field.get("most")
    reach = f"{least:,} to {most:,}" if most is not None else f"{least:,} or more" if least else ""
    facts = [field.get("range", reach), UNITS.get(language, "") if field.get("type") == "duration" else ""]
    if language == "page":
        return ": ".join([says + (f" ({facts[0]})" if facts[0] else ""), *([field["more"]] if "more" in field else [])])
    if field.get("default", False) is not False and (field["kind"] == "shape" or language != "cpp"):
        facts += [f"default {field['scripts'] if language == 'script' and 'scripts' in field else default_of(field)}"]
    facts += ["set by the creator" if field.get("rule") == "creator's" else field.get("rule", "")]
    says += f" ({'; '.join(filter(None, facts))})" if any(facts) else ""
    return says[0].upper() + says[1:] + "." if ". " in says or language == "python" else says


def wrapped(text, first, rest, last=""):
    lines = textwrap.wrap(text and text + last.replace(" ", "\x1f"), 120 - 4, initial_indent=first,
                          subsequent_indent=rest, break_on_hyphens=False)
    return [line.replace("\x1f", " ") for line in lines]  # the end of a comment stays with its last word


def commented(lines, beside, above):
    """(code, text): the text stands beside the code where it fits, in one column as clang-format has it, or above."""
    room, fits = 120 - 4 - len("".join(beside)), [bool(text) for _, text in lines]
    while True:
        columns, too_wide = [0] * len(lines), []
        for _, run in groupby([at for at in range(len(lines)) if fits[at]], key=lambda at: fits[:at].count(False)):
            run = list(run)
            column = max(len(lines[at][0]) for at in run)
            for at in run:
                columns[at] = column
                too_wide += [(len(lines[at][1]), at)] if column + len(lines[at][1]) > room else []
        if not too_wide:
            break
        fits[max(too_wide)[1]] = False
    for (code, text), column, fit in zip(lines, columns, fits):
        yield from [code.ljust(column) + text.join(beside)] if fit else [*wrapped(text, *above), code]


def cpp_value(value):
    return "type_" + value["name"] if value["name"][0].isdigit() or value["name"] == "bool" else value["name"]


def cpp_member(field):
    type_name, name = TYPES[field["type"]][CPP], field["name"]
    if field["kind"] != "options":
        return f"{type_name} {name};" if field["kind"] == "told" else f"std::optional<{type_name}> {name}{{}};"
    if field["type"] in ("duration", "stop"):
        return f"{type_name} {name}{{{field.get('default', '')}}};"
    return f"{type_name} {name} = {f'{type_name}::' if field['type'] in ENUMS else ''}{default_of(field)};"


def cpp_region(names):
    if names == ["asserts"]:
        return [f"static_assert({c_constant(name, value)} == static_cast<int>({name}::{cpp_value(value)}));"
                for name, values in ENUMS.items() for value in values]
    if names == ["messages"]:
        return [f'"{value["message"]}",' for value in ENUMS["Errc"]]
    if names[0] == "copies":
        return [f"made.{field['name']} = options.{field['name']};" for field in fields_of(names[1])]
    lines = []
    for name in names:
        first = TABLES[name].get("first")
        lines += [(cpp_value(value) + ("," if first is None else f" = {first + at},"), sentence(value, "cpp"))
                  for at, value in enumerate(ENUMS.get(name, []))]
        lines += [(cpp_member(field), sentence(field, "cpp")) for field in fields_of(name)]
    return commented(lines, ("  ///< ", ""), ("/// ", "/// "))


def c_constant(enum, value):
    return f"HANDOFF_{TABLES[enum]['prefix']}{value['name'].upper()}"


def c_member(field):
    if c_width(field) == 1:
        return f"char {field['name']}[HANDOFF_NAME_BYTES];"
    return f"{TYPES[field['type']][C]} {field['name']}{'_ns' if field['type'] == 'duration' else ''};"


def c_width(field):
    return 1 if (field["type"], field["kind"]) == ("text", "told") else 4 if TYPES[field["type"]][C] == "uint32_t" else 8


def c_layout(struct):
    """The fields in C: those of one version of the interface, wide ones first, and a word to fill the last pair. What
    comes later stands behind them: a struct of an older header is the front of it."""
    for version in sorted({field.get("abi", 0) for field in fields_of(struct)}):
        for width in (8, 4, 1):
            group = [f for f in fields_of(struct) if (f.get("abi", 0), c_width(f)) == (version, width)]
            yield from group
            if width == 4 and len(group) % 2 == 1:
                yield {"name": f"reserved{version or ''}", "type": "u32", "says": "0", "kind": "told"}


def c_says(field):
    says = sentence(field, "c")
    if field["type"] in ENUMS:
        every = " or ".join(c_constant(field["type"], value) for value in ENUMS[field["type"]])
        known = f"HANDOFF_{prefix}..." if (prefix := TABLES[field["type"]]["prefix"]) else every
        return f"{known}: {says}" if says else known
    return f"1: {says[0].lower()}{says[1:]}" if field["type"] == "bool" and says else says


def c_init(struct):
    name, it = f"handoff_{snake(struct)}", snake(struct).split("_")[-1]
    yield from [f"static inline void {name}_init({name}* {it}) {{", f"    memset({it}, 0, sizeof *{it});",
                f"    {it}->size = sizeof *{it};"]
    for field in fields_of(struct):
        if field["kind"] == "shape" and c_width(field) == 4:
            yield f"    {it}->{field['name']} = HANDOFF_NOT_GIVEN;"
        elif field["kind"] == "options" and (value := field.get("default")):
            made = c_constant(field["type"], {"name": value}) if field["type"] in ENUMS else value
            yield f"    {it}->{field['name']} = {made};"
    yield "}"


def c_region(names):
    if names[0] == "init":
        return [line for name in names[1:] for line in c_init(name)]
    lines = []
    for name in names:
        if name in ENUMS:
            lines += [(f"{c_constant(name, one)} = {at}{',' * (one is not ENUMS[name][-1])}", sentence(one, "c"))
                      for at, one in enumerate(ENUMS[name], TABLES[name].get("first", 0))]
        else:
            lines += [("size_t size;", f"sizeof(handoff_{snake(name)})"),
                      *((c_member(field), c_says(field)) for field in c_layout(name))]
    return commented(lines, (" /* ", " */"), ("/* ", " * ", " */"))


def words_of(enum):
    return ", ".join(f'"{value["name"]}"' for value in ENUMS[enum])


def pyi_region(names):
    for name in names:
        if name in ENUMS:
            yield f"_{name}: TypeAlias = Literal[{words_of(name)}]"
        for field in fields_of(name, "python"):
            type_name, default = TYPES[field["type"]][PYTHON], field.get("scripts", field.get("default"))
            yield field["name"] + {"told": f": Final[{type_name}]", "shape": f": {type_name} | None = None,",
                                   "options": f": {type_name} = {default!r},".replace("'", '"')}[field["kind"]]


def ts_region(names):
    for name in names:
        if name in ENUMS:
            words = words_of(name).replace(", ", " | ").replace('"', "'")
            yield from wrapped(f"export type {TYPES[name][TYPESCRIPT]} = {words};", "", "  ")
        for field in fields_of(name, "node"):
            yield from wrapped(sentence(field, "script"), "/** ", " * ", " */")
            yield f"{node_name(field)}{'' if field['kind'] == 'told' else '?'}: {TYPES[field['type']][TYPESCRIPT]};"


def py_region(_):
    for code, one in enumerate(ENUMS["Errc"], TABLES["Errc"]["first"]):
        name = TABLES["Errc"]["python"].get(one["name"], one["name"].title().replace("_", "") + "(Error)")
        yield from ["", "", f"class {name}:", f'    """{sentence(one, "python")}"""', "", f"    code = {code}"]


def md_region(names):
    shape = TABLES[names[0]]["kind"] == "shape"
    yield f"| {'field' if shape else 'option'} | in Node.js | default |{' what exists must have |' if shape else ''} |"
    yield "|---" * (5 if shape else 4) + "|"
    for field in [field for name in names for field in fields_of(name)]:
        cells = [f"`{field['name']}`", f"`{node_name(field)}`", default_of(field),
                 *([RULES[field["rule"]]] if shape else []), sentence(field, "page")]
        yield f"| {' | '.join(cells)} |".replace("|  |", "| |")


REGIONS = {".hpp": cpp_region, ".cpp": cpp_region, ".h": c_region, ".pyi": pyi_region, ".ts": ts_region,
           ".md": md_region, ".py": py_region}
FOLDERS = ["include/handoff", "src", "bindings/python/handoff", "bindings/node", "docs"]
BEGIN = re.compile(r"^( *)(?://|/\*|#|<!--) generated from describe/handoff\.toml: ([\w ]+?)(?: \*/| -->)?$")
END = re.compile(r"^ *(?://|/\*|#|<!--) end of generated(?: \*/| -->)?$")


def described_hpp():
    """For src/c and the bindings: words, limits, and the fields of each struct, of C++ or C, one after the other."""
    yield from ["// Generated from describe/handoff.toml by describe/generate.py: do not edit.", "// clang-format off",
                "#pragma once", "", '#include "described/field.hpp"', "", "namespace handoff::detail::described {", ""]
    yield from (f"inline constexpr std::string_view {snake(name)}_words[]{{{words_of(name)}}};" for name in ENUMS)
    for name, column in (("Encoding", "pixel"), ("Dtype", "item")):
        made = ", ".join("{" + str(value[column])[1:-1] + "}" for value in ENUMS[name])
        yield f"inline constexpr {column.title()} {snake(name)}_{column}s[]{{{made}}};"
    for name in (name for name, kind in STRUCTS.items() if kind == "shape"):
        limits = [f"{f['name']}{{{f['least']}, {f['most']}, {f['default']}}}" for f in fields_of(name) if "most" in f]
        yield f"namespace {snake(name)}_limits {{ inline constexpr Limit {', '.join(limits)}; }}"
    for name in (name for name, kind in STRUCTS.items() if kind != "part"):
        yield f'\ninline constexpr char {snake(name)}_says[] = "{t["says"]}";' if "says" in (t := TABLES[name]) else ""
        yield f"template <class Visit, class... S>\nvoid each_{snake(name)}(Visit&& visit, S&... s) {{"
        for field, tag in ((field, tag) for field in fields_of(name) if (tag := TYPES[field["type"]][FIELD])):
            words = f"{snake(field['type'])}_words" if field["type"] in ENUMS else "{}"
            yield (f'    visit(Field{{"{field["name"]}", "{node_name(field)}", Field::Type::{tag}, {words}, '
                   f'"{sentence(field, "script")}"}}, s.{field["name"]}...);')
        yield "}"
    yield from ["", "}  // namespace handoff::detail::described"]


def with_regions(path, text):
    indent, written = None, []
    for line in text.splitlines():
        begin = BEGIN.match(line)
        if begin and indent is not None:
            sys.exit(f"{path}: the region before '{line.strip()}' has no end")
        indent = None if END.match(line) else indent
        written += [line] if indent is None else []
        if begin:
            indent, names = begin[1], begin[2].split()
            written += [indent + one if one else "" for one in REGIONS[path.suffix](names)]
    if indent is not None:
        sys.exit(f"{path}: its last region has no end")
    return "\n".join(written) + "\n"


def everything():
    paths = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in REGIONS)
    texts = {path: with_regions(path, text) for path in paths
             if "generated from describe/handoff.toml: " in (text := path.read_text(encoding="utf-8"))}
    return {ROOT / "src/described/described.hpp": "\n".join(described_hpp()) + "\n"} | texts


def main():
    texts = everything()
    stale = [path for path in texts if not path.exists() or path.read_text(encoding="utf-8") != texts[path]]
    for path in stale:
        if not CHECKS:
            path.write_text(texts[path], encoding="utf-8")
        print(path.relative_to(ROOT), "is not what describe/handoff.toml says" if CHECKS else "is written")
    if CHECKS:
        print("type: describe/generate.py" if stale else f"{len(texts)} files are what describe/handoff.toml says")
    return 1 if CHECKS and stale else 0


if __name__ == "__main__":
    sys.exit(main())
