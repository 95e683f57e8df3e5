/** Finds what was typed in values, labels and details: every word must occur; what begins with the text comes first. */
export interface Findable {
  readonly value: string;
  readonly label: string;
  readonly detail: string;
}

export function matching<Item extends Findable>(items: readonly Item[], typed: string, limit: number): readonly Item[] {
  const wanted = typed.trim().toLowerCase();
  const words = wanted.split(/\s+/).filter((word) => word !== '');
  const found = items.filter((item) => {
    const text = `${item.value} ${item.label} ${item.detail}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const begins = (item: Item): boolean => item.label.toLowerCase().startsWith(wanted) || item.value.toLowerCase().startsWith(wanted);
  return [...found.filter(begins), ...found.filter((item) => !begins(item))].slice(0, limit);
}
