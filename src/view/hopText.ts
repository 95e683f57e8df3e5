/** A branch as lines of text: what the command line's `trace` prints, from the same rows that the page shows. */
import type { Translate } from '../shared/message.ts';
import type { BranchModel, HopModel, LegModel, Text } from './model.ts';

/** One line per hop of the shown legs, a heading per leg, the outcome last. */
export function branchLines(branch: BranchModel, translate: Translate): readonly string[] {
  const shown = branch.legs.filter((leg) => leg.shown);
  const width = Math.max(0, ...shown.flatMap((leg) => leg.hops.map((hop) => where(hop).length)));
  return [
    ...shown.flatMap((leg) => legLines(leg, translate, width)),
    translate(branch.outcome),
    ...(branch.reason === null ? [] : [`because: ${translate(branch.reason.message)}`]),
    ...branch.notWalked.map((note) => `not walked: ${translate(note)}`),
  ];
}

function legLines(leg: LegModel, translate: Translate, width: number): readonly string[] {
  return [`${translate(leg.title)} (${leg.segment})`, ...leg.hops.map((hop) => `  ${hopLine(hop, translate, width)}`)];
}

const where = (hop: HopModel): string => hop.name;

/** "3  kind-worker  eth0 → calid8b…  203.0.113.9:51514 → 10.244.162.129:80 (was 198.51.100.20:80)  DNAT  -A KUBE-SEP-…" */
export function hopLine(hop: HopModel, translate: Translate, width = 0): string {
  const path = `${hop.interfaceIn ?? ''} → ${hop.interfaceOut ?? ''}`.trim();
  return [
    String(hop.number).padStart(2),
    where(hop).padEnd(width),
    path,
    addresses(hop),
    ...(hop.outer === null ? [] : [`outer ${hop.outer.source} → ${hop.outer.destination}`]),
    ...[hop.badge, hop.alsoBadge].filter((badge) => badge !== null),
    textOf(hop.decided, translate),
  ].join('  ');
}

const addresses = (hop: HopModel): string => `${changed(hop.source)} → ${changed(hop.destination)}`;

const changed = (text: HopModel['source']): string => (text.before === text.after ? text.after : `${text.after} (was ${text.before})`);

export const textOf = (text: Text, translate: Translate): string => (text.kind === 'native' ? text.text : translate(text.message));
