/**
 * Reduces JSON schemas to what a check for unknown fields needs: for each type its field names, and for each field the type of what it
 * holds: "" for a scalar or anything, a number for the type at that place of the list, "[3" for a list of them, "{3" for a map of them,
 * "[" and "{" for lists and maps of scalars, "{s" for maps of texts.
 */
export function fieldTable(definitions, kinds) {
  const names = [];
  const types = [];
  // A type has its place before its fields are read: types may refer to themselves.
  const placeOf = (name, schema) => {
    const known = names.indexOf(name);
    if (known !== -1) return known;
    names.push(name);
    const place = names.length - 1;
    types[place] = fieldsOf(schema);
    return place;
  };
  const follow = (schema) => {
    let current = schema;
    let name;
    while (current.$ref !== undefined) {
      name = current.$ref.slice('#/definitions/'.length).replaceAll('~1', '/').replaceAll('~0', '~');
      current = definitions[name];
    }
    return { name, schema: current };
  };
  const holds = (unfollowed) => {
    const { name, schema } = follow(unfollowed);
    if (schema.type === 'array') return `[${holds(schema.items)}`;
    if (Object.keys(schema.properties ?? {}).length > 0) return String(placeOf(name ?? JSON.stringify(schema), schema));
    if (schema.type === 'object' && typeof schema.additionalProperties === 'object') {
      if (Object.keys(schema.additionalProperties).length === 0) return '';
      return schema.additionalProperties.type === 'string' ? '{s' : `{${holds(schema.additionalProperties)}`;
    }
    return '';
  };
  const fieldsOf = (schema) => Object.fromEntries(Object.entries(schema.properties).map(([field, type]) => [field, holds(type)]));
  return { kinds: Object.fromEntries(kinds.map(([kind, name]) => [kind, Number(holds(definitions[name]))])), types };
}
