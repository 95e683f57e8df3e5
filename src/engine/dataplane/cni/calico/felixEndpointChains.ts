/**
 * The filter chains of a node's Pods: dispatch by interface, one chain per Pod and direction, and the profiles of its namespace and
 * service account (felix/rules dispatch.go, endpoints.go, profiles; v3.31). Policy groups and staged policies are not modelled.
 */
import { compareText } from '../../../../shared/compare.ts';
import { groupBy } from '../../../../shared/groupBy.ts';
import type { Origin } from '../../../api/origin.ts';
import type { FelixInput, FelixTier, FelixWorkload } from './felixInput.ts';
import { acceptMark, passMark } from './felixMarks.ts';
import {
  accept,
  clearMark,
  conntrackState,
  destinationPorts,
  drop,
  type FelixChain,
  type FelixMatch,
  type FelixRule,
  goTo,
  inInterface,
  ipProtocol,
  jump,
  markClear,
  markSet,
  outInterface,
  returns,
  setMark,
} from './felixRule.ts';
import { chainName } from './names.ts';
import { vxlanPort } from './tunnels.ts';

type Direction = 'ingress' | 'egress';

export function endpointChains(input: FelixInput): readonly FelixChain[] {
  return [
    ...dispatchChains(input.workloads, { root: 'cali-from-wl-dispatch', endpoint: 'cali-fw-', interface: inInterface }),
    ...dispatchChains(input.workloads, { root: 'cali-to-wl-dispatch', endpoint: 'cali-tw-', interface: outInterface }),
    ...input.workloads.flatMap((workload) => [endpointChain(workload, 'egress'), endpointChain(workload, 'ingress')]),
    ...input.policyChains,
    ...profileChains(input.workloads),
  ];
}

interface Dispatch {
  readonly root: string;
  readonly endpoint: string;
  readonly interface: (name: string) => FelixMatch;
}

/**
 * A tree of at most two levels: interfaces that share the first character after the common prefix of all get a chain of their own when they
 * are more than one. The last rule of the root drops what comes from an unknown interface.
 */
function dispatchChains(workloads: readonly FelixWorkload[], dispatch: Dispatch): readonly FelixChain[] {
  const sorted = workloads.toSorted((left, right) => compareText(left.interface, right.interface));
  const prefix = commonPrefix(sorted.map((workload) => workload.interface));
  const leaf = (workload: FelixWorkload): FelixRule => ({
    matches: [dispatch.interface(workload.interface)],
    action: goTo(dispatch.endpoint + workload.interface),
    origin: workload.origin,
  });
  const groups = [...groupBy(sorted, (workload) => workload.interface.charAt(prefix.length))];
  const children = groups
    .filter(([, members]) => members.length > 1)
    .map(
      ([character, members]): FelixChain => ({ name: `${dispatch.root}-${character}`, rules: [...members.map(leaf), unknownInterface] }),
    );
  const rules = groups.flatMap(([character, members]): readonly FelixRule[] =>
    members.length === 1
      ? members.map(leaf)
      : [{ matches: [dispatch.interface(`${prefix}${character}+`)], action: goTo(`${dispatch.root}-${character}`) }],
  );
  return [...children, { name: dispatch.root, rules: [...rules, unknownInterface] }];
}

const unknownInterface: FelixRule = { matches: [], action: drop, comment: 'Unknown interface' };

function commonPrefix(names: readonly string[]): string {
  const [first = '', ...others] = names;
  let length = first.length;
  for (const name of others) while (!name.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

const profilesOf = ({ namespace, serviceAccount }: FelixWorkload): readonly string[] => [
  `kns.${namespace}`,
  `ksa.${namespace}.${serviceAccount}`,
];

const profilePrefix = { ingress: 'cali-pri-', egress: 'cali-pro-' } as const;

function endpointChain(workload: FelixWorkload, direction: Direction): FelixChain {
  const { origin } = workload;
  const rule = (matches: readonly FelixMatch[], action: FelixRule['action'], comment?: string): FelixRule => ({
    matches,
    action,
    origin,
    ...(comment === undefined ? {} : { comment }),
  });
  const encapsulated = [
    rule([ipProtocol('udp', 17), destinationPorts(vxlanPort)], drop, 'Drop VXLAN encapped packets originating in workloads'),
    rule([ipProtocol('ipencap', 4)], drop, 'Drop IPinIP encapped packets originating in workloads'),
  ];
  const tiers = direction === 'ingress' ? workload.ingressTiers : workload.egressTiers;
  return {
    name: `${direction === 'ingress' ? 'cali-tw-' : 'cali-fw-'}${workload.interface}`,
    rules: [
      rule([conntrackState('RELATED', 'ESTABLISHED')], accept),
      rule([conntrackState('INVALID')], drop),
      rule([], clearMark(acceptMark | passMark)),
      ...(direction === 'egress' ? encapsulated : []),
      ...tiers.flatMap((tier) => tierRules(tier, origin)),
      ...profilesOf(workload).flatMap((profile) => [
        rule([], jump(chainName(profilePrefix[direction], profile))),
        rule([markSet(acceptMark)], returns, 'Return if profile accepted'),
      ]),
      rule([], drop, 'Drop if no profiles matched'),
    ],
  };
}

function tierRules(tier: FelixTier, origin: Origin): readonly FelixRule[] {
  const unlessPassed = markClear(passMark);
  return [
    { matches: [], action: clearMark(passMark), comment: `Start of tier ${tier.name}`, origin },
    ...tier.policyChains.flatMap((chain): readonly FelixRule[] => [
      { matches: [unlessPassed], action: jump(chain), origin },
      { matches: [markSet(acceptMark)], action: returns, comment: 'Return if policy accepted', origin },
    ]),
    ...(tier.end === 'pass'
      ? []
      : [{ matches: [unlessPassed], action: drop, comment: `End of tier ${tier.name}. Drop if no policies passed packet`, origin }]),
  ];
}

/** A namespace's profile allows everything in both directions, a service account's says nothing: that is Kubernetes' default. */
function profileChains(workloads: readonly FelixWorkload[]): readonly FelixChain[] {
  const profiles = [...new Set(workloads.flatMap(profilesOf))].toSorted(compareText);
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    profiles.map(
      (profile): FelixChain => ({
        name: chainName(profilePrefix[direction], profile),
        rules: [
          { matches: [], action: profile.startsWith('kns.') ? setMark(acceptMark) : null, comment: `Profile ${profile} ${direction}` },
        ],
      }),
    ),
  );
}
