/** kube-proxy's own golden rulesets, character by character, in the canonical order that its tests use. */
import { describe, expect, it } from 'vitest';
import type { NetfilterContribution } from '../../../netfilter/assemble.ts';
import { renderRestoreInput, renderRestoreRule } from '../../../netfilter/render.ts';
import { type KubeProxySetup, kubeProxyInput, kubeProxyOptions } from '../../../testing/kubeProxySetup.ts';
import { hasSharedData, sharedText } from '../../../testing/sharedData.ts';
import { renderKubeProxyIptables } from './renderKubeProxyIptables.ts';

const folder = 'vectors/kube-proxy/golden';

function restoreParts(setup: KubeProxySetup): readonly NetfilterContribution[] {
  const contributions = renderKubeProxyIptables(kubeProxyInput(setup), kubeProxyOptions(setup));
  // The canary chains are made by another call than the restore, in every table; mangle holds nothing else.
  return contributions
    .filter((part) => part.table !== 'mangle')
    .map((part) => ({ ...part, chains: part.chains.filter((chain) => chain.name !== 'KUBE-PROXY-CANARY') }));
}

/** Puts a restore input into the order of the goldens: chains by name with two in front, shared chains' rules by Service. */
function canonical(parts: readonly NetfilterContribution[]): string {
  const first = ['KUBE-NODEPORTS', 'KUBE-SERVICES'];
  const rank = (name: string): string => `${first.includes(name) ? 0 : 1}${name}`;
  const service = (line: string): string => {
    if (line.includes('must be the last rule')) return '\uffff';
    return /--comment "?([^ :"]+)/.exec(line)?.[1] ?? '';
  };
  const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
  return parts
    .map((part) => {
      const chains = [...part.chains].sort((left, right) => byText(rank(left.name), rank(right.name)));
      const lines = chains.flatMap((chain) => {
        const rules = chain.rules.map((rule) => renderRestoreRule(chain.name, rule));
        return first.includes(chain.name) ? rules.sort((left, right) => byText(service(left), service(right))) : rules;
      });
      return [`*${part.table}`, ...chains.map((chain) => `:${chain.name} - [0:0]`), ...lines, 'COMMIT'].join('\n');
    })
    .join('\n');
}

const readSetup = (name: string): KubeProxySetup => JSON.parse(sharedText(`${folder}/${name}.setup.json`));
const readRules = (name: string): string => sharedText(`${folder}/${name}.rules`).trimEnd();

interface SingleChain {
  readonly subtest: string;
  readonly table: string;
  readonly chain: string;
  readonly setup: KubeProxySetup;
  readonly rules: readonly string[];
}

const topLevel = /^KUBE-(?!(SVC|SVL|EXT|FW|SEP)-)/;
const linesOf = (text: string): readonly string[] => text.split('\n');
const chainOf = (line: string): string => /^(?:-[AX] |:)(\S+)/.exec(line)?.[1] ?? '';

describe.skipIf(!hasSharedData)("kube-proxy's golden rulesets (needs ../shared)", () => {
  it.each(['iptables-overall', 'iptables-badips', 'iptables-repeated-step0'])('%s, whole', (name) => {
    expect(canonical(restoreParts(readSetup(name)))).toBe(readRules(name));
  });

  it('iptables-repeated-step8: a full resync, but for the chains that it deletes', () => {
    const name = 'iptables-repeated-step8';
    const golden = linesOf(readRules(name));
    const deleted = golden.filter((line) => line.startsWith('-X')).map(chainOf);
    expect(canonical(restoreParts(readSetup(name)))).toBe(golden.filter((line) => !deleted.includes(chainOf(line))).join('\n'));
  });

  it.each([1, 2, 3, 4, 5, 6, 7])('iptables-repeated-step%i: top-level chains, and the chains that the partial sync rewrites', (step) => {
    const name = `iptables-repeated-step${step}`;
    const golden = linesOf(readRules(name));
    const deleted = golden.filter((line) => line.startsWith('-X')).map(chainOf);
    const written = new Set(golden.filter((line) => line.startsWith(':')).map(chainOf));
    const ours = linesOf(canonical(restoreParts(readSetup(name)))).filter(
      (line) => chainOf(line) === '' || topLevel.test(chainOf(line)) || written.has(chainOf(line)),
    );
    expect(ours).toEqual(golden.filter((line) => !deleted.includes(chainOf(line))));
    const allOurs = linesOf(canonical(restoreParts(readSetup(name))));
    expect(allOurs.filter((line) => deleted.includes(chainOf(line)))).toEqual([]);
  });

  const singleChains: Readonly<Record<string, readonly SingleChain[]>> = hasSharedData
    ? JSON.parse(sharedText(`${folder}/iptables-single-chains.json`))
    : {};
  const cases = Object.entries(singleChains).flatMap(([test, entries]) =>
    entries.map((entry) => ({ ...entry, title: `${test}, ${entry.subtest}: ${entry.chain}` })),
  );
  it.each(cases)('$title', ({ setup, table, chain, rules }) => {
    const found = restoreParts(setup)
      .find((part) => part.table === table)
      ?.chains.find((candidate) => candidate.name === chain);
    expect((found?.rules ?? []).map((rule) => renderRestoreRule(chain, rule))).toEqual(rules);
  });

  it.each(['iptables-overall', 'iptables-badips', 'iptables-repeated-step0', 'iptables-repeated-step8'])(
    '%s: every chain that is jumped to exists, every chain of a service is jumped to',
    (name) => {
      for (const part of restoreParts(readSetup(name))) {
        const text = renderRestoreInput([part]);
        const jumps = new Set([...text.matchAll(/-j (KUBE-\S+)/g)].map((match) => match[1] ?? ''));
        for (const target of jumps) expect(part.chains.map((chain) => chain.name)).toContain(target);
        for (const chain of part.chains) if (!topLevel.test(chain.name)) expect(jumps).toContain(chain.name);
      }
    },
  );
});
