/** What changes from one list of things with ids to the next: so that only new things appear and only gone ones fade. Pure. */
export interface ElementDiff<Thing> {
  readonly added: readonly Thing[];
  readonly changed: readonly Thing[];
  readonly removed: readonly string[];
}

/** `same` says whether two things with one id look alike. Order does not matter. */
export function diffById<Thing extends { readonly id: string }>(
  before: ReadonlyMap<string, Thing>,
  after: readonly Thing[],
  same: (one: Thing, other: Thing) => boolean,
): ElementDiff<Thing> {
  const added: Thing[] = [];
  const changed: Thing[] = [];
  const present = new Set<string>();
  for (const thing of after) {
    present.add(thing.id);
    const known = before.get(thing.id);
    if (known === undefined) added.push(thing);
    else if (!same(known, thing)) changed.push(thing);
  }
  const removed = [...before.keys()].filter((id) => !present.has(id));
  return { added, changed, removed };
}
