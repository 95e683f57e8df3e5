/** Groups items by a key, in the order of first appearance. (Map.groupBy needs Node 21.) */
export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item, index: number) => Key): ReadonlyMap<Key, readonly Item[]> {
  const groups = new Map<Key, Item[]>();
  items.forEach((item, index) => {
    const key = keyOf(item, index);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  });
  return groups;
}
