/** How contributions to one ruleset meet: order in base chains, shared chains, policies. */
import { describe, expect, it } from 'vitest';
import { assembleNetfilter, type NetfilterContribution } from './assemble.ts';
import type { Rule } from './ruleset.ts';

const jump = (chain: string): Rule => ({ matches: [], target: { kind: 'jump', chain } });
const filter = (part: Partial<NetfilterContribution>): NetfilterContribution => ({
  family: 'ipv4',
  table: 'filter',
  chains: [],
  hooks: [],
  ...part,
});
const targets = (netfilter: ReturnType<typeof assembleNetfilter>, chain: string): readonly string[] =>
  (netfilter.tables.ipv4.get('filter')?.chains.get(chain)?.rules ?? []).map((rule) =>
    rule.target.kind === 'jump' ? rule.target.chain : '?',
  );

describe('assembleNetfilter', () => {
  it('puts prepended rules in their order before, appended rules behind what stands there', () => {
    const netfilter = assembleNetfilter(
      [
        filter({ hooks: [{ hook: 'INPUT', position: 'prepend', rules: [jump('FIRST')] }] }),
        filter({ hooks: [{ hook: 'INPUT', position: 'prepend', rules: [jump('A'), jump('B')] }] }),
        filter({ hooks: [{ hook: 'INPUT', position: 'append', rules: [jump('LAST')] }] }),
      ],
      [],
    );
    expect(targets(netfilter, 'INPUT')).toEqual(['A', 'B', 'FIRST', 'LAST']);
  });

  it('leaves a hook rule where it is when a later program asks for it again', () => {
    const netfilter = assembleNetfilter(
      [
        filter({ hooks: [{ hook: 'INPUT', position: 'prepend', rules: [jump('SHARED')] }] }),
        filter({ hooks: [{ hook: 'INPUT', position: 'prepend', rules: [jump('OWN'), jump('SHARED')] }] }),
      ],
      [],
    );
    expect(targets(netfilter, 'INPUT')).toEqual(['OWN', 'SHARED']);
  });

  it('lets the later program fill a chain that two programs share', () => {
    const netfilter = assembleNetfilter(
      [
        filter({ chains: [{ name: 'SHARED', policy: null, rules: [jump('OLD')] }] }),
        filter({ chains: [{ name: 'SHARED', policy: null, rules: [jump('NEW')] }] }),
      ],
      [],
    );
    expect(targets(netfilter, 'SHARED')).toEqual(['NEW']);
  });

  it('keeps the rules of a chain that a later program only wants to exist', () => {
    const netfilter = assembleNetfilter(
      [
        filter({ chains: [{ name: 'SHARED', policy: null, rules: [jump('KEPT')] }] }),
        filter({ chains: [{ name: 'SHARED', policy: null, rules: [] }] }),
      ],
      [],
    );
    expect(targets(netfilter, 'SHARED')).toEqual(['KEPT']);
  });

  it('gives base chains ACCEPT unless a contribution says otherwise, and no table to a family that nobody uses', () => {
    const netfilter = assembleNetfilter([filter({ chains: [{ name: 'FORWARD', policy: 'DROP', rules: [] }] })], []);
    const chains = netfilter.tables.ipv4.get('filter')?.chains;
    expect([...(chains?.values() ?? [])].map((chain) => `${chain.name} ${chain.policy}`)).toEqual([
      'INPUT ACCEPT',
      'FORWARD DROP',
      'OUTPUT ACCEPT',
    ]);
    expect(netfilter.tables.ipv6.size).toBe(0);
    expect(netfilter.tables.ipv4.has('raw')).toBe(false);
  });
});
