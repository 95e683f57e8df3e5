/** The picture as a list, for assistive technology and the keyboard: every thing is a button; one of them is a tab stop at a time. */
import { type KeyboardEvent, memo, useRef } from 'react';
import { message, type Translate } from '../../shared/message.ts';
import type { SceneElement } from '../../view/scene.ts';
import { type Direction, neighbourOf } from './neighbours.ts';

export interface ThingListProps {
  readonly things: readonly SceneElement[];
  readonly selected: string | null;
  readonly focused: string | null;
  readonly translate: Translate;
  readonly onFocus: (id: string | null) => void;
  readonly onActivate: (element: SceneElement) => void;
}

const directions: Readonly<Record<string, Direction>> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };

/** Not drawn again while only the packet moves: the list is as long as the graph is large. */
export const ThingList = memo(function ThingList({ things, selected, focused, translate, onFocus, onActivate }: ThingListProps) {
  const list = useRef<HTMLUListElement>(null);
  const stop = things.find((thing) => thing.id === focused) ?? things.find((thing) => thing.thing === selected) ?? things[0];
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>, thing: SceneElement): void => {
    const direction = directions[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = neighbourOf(thing, direction, things);
    const index = next === null ? -1 : things.indexOf(next);
    list.current?.querySelectorAll('button')[index]?.focus();
  };
  return (
    <ul ref={list} className="topology-things visually-hidden" aria-label={translate(message('topology.things.label'))}>
      {things.map((thing) => (
        <li key={thing.id}>
          <button
            type="button"
            tabIndex={thing.id === stop?.id ? 0 : -1}
            aria-pressed={thing.thing !== '' && thing.thing === selected}
            aria-expanded={thing.toggles === null ? undefined : thing.variant === 'expanded'}
            onFocus={(event) => onFocus(event.currentTarget.matches(':focus-visible') ? thing.id : null)}
            onBlur={() => onFocus(null)}
            onKeyDown={(event) => onKeyDown(event, thing)}
            onClick={() => onActivate(thing)}
          >
            {thing.added ? translate(message('topology.added', { name: nameOf(thing, translate) })) : nameOf(thing, translate)}
          </button>
        </li>
      ))}
    </ul>
  );
});

function nameOf(thing: SceneElement, translate: Translate): string {
  const params = { name: thing.label, detail: thing.detail };
  switch (thing.shape) {
    case 'node':
    case 'collapsedNode':
    case 'card':
    case 'bus':
    case 'podTile':
    case 'service':
      return translate(message(`topology.thing.${thing.shape}`, params)).replace(/, $/, '');
    default:
      return translate(message('topology.thing.pod', params)).replace(/, $/, '');
  }
}
