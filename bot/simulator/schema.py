"""JSON schemas of structured outputs: which the API compiles, and the smallest value that satisfies one."""

from __future__ import annotations

from typing import Any

from bot.simulator.api_error import invalid
from bot.simulator.shape import anything, array, integer, mapping, string, string_or

MAX_OPTIONAL_FIELDS = 24
MAX_UNIONS = 16

_EVERYWHERE = frozenset({"type", "description", "title", "default", "enum", "const", "anyOf", "allOf", "$ref", "$defs"})
_BY_TYPE = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items", "minItems"}),
    "string": frozenset({"format", "pattern"}),
    "integer": frozenset[str](),
    "number": frozenset[str](),
    "boolean": frozenset[str](),
    "null": frozenset[str](),
}
_VALUES = {
    "type": string_or(array(string)),
    "properties": mapping,
    "required": array(string),
    "anyOf": array(mapping),
    "allOf": array(mapping),
    "enum": array(anything),
    "items": mapping,
    "minItems": integer,
    "format": string,
    "$defs": mapping,
}
_STRING_FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid", "text"}
)
_REF_PREFIX = "#/$defs/"
_PATH = "output_config.format.schema"

Schema = dict[str, Any]


def check(schema: Schema) -> None:
    """Raise ApiError (400) where the schema uses what structured outputs do not support."""
    count = _Count()
    definitions = schema.get("$defs", {})
    mapping(definitions, f"{_PATH}.$defs")
    _check_node(schema, schema, (), count)
    for definition in definitions.values():
        _check_node(definition, schema, (), count)
    if count.optional > MAX_OPTIONAL_FIELDS:
        raise invalid(f"{_PATH}: {count.optional} optional fields; at most {MAX_OPTIONAL_FIELDS} are supported")
    if count.unions > MAX_UNIONS:
        raise invalid(f"{_PATH}: {count.unions} union types; at most {MAX_UNIONS} are supported")


def smallest_instance(node: Schema, root: Schema) -> Any:
    """The smallest value that satisfies a schema: what the stand-in answers to contracts it does not know."""
    node = resolve(node, root)
    if "const" in node:
        return node["const"]
    if node.get("enum"):
        return node["enum"][0]
    variants = node.get("anyOf") or node.get("allOf")
    if variants:
        return smallest_instance(variants[0], root)
    if node.get("type") == "object":
        properties = node.get("properties", {})
        return {name: smallest_instance(properties[name], root) for name in node.get("required", ())}
    if node.get("type") == "array":
        return [smallest_instance(node.get("items", {}), root)] * node.get("minItems", 0)
    return {"string": "", "integer": 0, "number": 0, "boolean": False}.get(_first_type(node))


def resolve(node: Schema, root: Schema) -> Schema:
    """The schema a `$ref` stands for."""
    while "$ref" in node:
        node = _definition(node["$ref"], root)
    return node


class _Count:
    """Tallies over one schema, for the limits on its complexity."""

    def __init__(self) -> None:
        self.optional = 0
        self.unions = 0


def _check_node(node: Any, root: Schema, refs: tuple[str, ...], count: _Count) -> None:
    if not isinstance(node, dict):
        raise invalid(f"{_PATH}: a schema must be an object")
    if "$ref" in node:
        name = node["$ref"]
        if name in refs:
            raise invalid(f"{_PATH}: recursive schemas are not supported ({name})")
        _check_node(_definition(name, root), root, (*refs, name), _Count())
        return
    _check_values(node)
    _check_keywords(node)
    _check_object(node, count)
    variants = [*node.get("anyOf", ()), *node.get("allOf", ())]
    if node.get("anyOf") or isinstance(node.get("type"), list):
        count.unions += 1
    if not variants and not any(keyword in node for keyword in ("type", "enum", "const")):
        raise invalid(f"{_PATH}: a schema needs a 'type', 'anyOf', 'allOf', 'enum', 'const' or '$ref'")
    for child in (*variants, *node.get("properties", {}).values(), *([node["items"]] if "items" in node else [])):
        _check_node(child, root, refs, count)


def _check_values(node: Schema) -> None:
    """Each keyword's value is of the kind that JSON Schema gives it."""
    for keyword, check_value in _VALUES.items():
        if keyword in node:
            check_value(node[keyword], f"{_PATH}.{keyword}")
    if node.get("type") == []:
        raise invalid(f"{_PATH}.type: at least one type is needed")


def _check_keywords(node: Schema) -> None:
    kind = _first_type(node)
    types = node["type"] if isinstance(node.get("type"), list) else [kind] if kind else []
    allowed = _EVERYWHERE
    for name in types:
        if name not in _BY_TYPE:
            raise invalid(f"{_PATH}: type '{name}' is not supported")
        allowed |= _BY_TYPE[name]
    for keyword in node:
        if keyword not in allowed:
            raise invalid(f"{_PATH}: For '{kind}' type, property '{keyword}' is not supported")
    if node.get("minItems", 0) not in (0, 1):
        raise invalid(f"{_PATH}: For 'array' type, 'minItems' values other than 0 or 1 are not supported")
    if "format" in node and node["format"] not in _STRING_FORMATS:
        raise invalid(f"{_PATH}: For 'string' type, format '{node['format']}' is not supported")
    for value in node.get("enum", ()):
        if isinstance(value, dict | list):
            raise invalid(f"{_PATH}: 'enum' values must be strings, numbers, booleans or null")


def _check_object(node: Schema, count: _Count) -> None:
    if _first_type(node) != "object":
        return
    if node.get("additionalProperties") is not False:
        raise invalid(f"{_PATH}: For 'object' type, 'additionalProperties' must be explicitly set to false")
    required = set(node.get("required", ()))
    unknown = required - set(node.get("properties", {}))
    if unknown:
        raise invalid(f"{_PATH}: 'required' names {sorted(unknown)}, which 'properties' does not define")
    count.optional += len(node.get("properties", {})) - len(required)


def _definition(ref: Any, root: Schema) -> Schema:
    name = ref.removeprefix(_REF_PREFIX) if isinstance(ref, str) else ""
    definition = root.get("$defs", {}).get(name)
    if not isinstance(ref, str) or not ref.startswith(_REF_PREFIX) or not isinstance(definition, dict):
        raise invalid(f"{_PATH}: $ref '{ref}' does not name one of the schema's own $defs")
    return definition


def _first_type(node: Schema) -> str:
    kind = node.get("type", "")
    return str(kind[0] if isinstance(kind, list) else kind)
