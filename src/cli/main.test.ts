/** The command line as a script sees it: fields, exit status, and one clear line for whatever is wrong. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { hasSharedData } from '../engine/testing/sharedData.ts';
import { main } from './main.ts';

const folder = mkdtempSync(join(tmpdir(), 'packetwalk-'));
afterAll(() => rmSync(folder, { recursive: true }));

const scenario = (id: string): string => fileURLToPath(new URL(`../scenarios/${id}/manifest.yaml`, import.meta.url));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

async function run(args: readonly string[], input = '') {
  const out: string[] = [];
  const errors: string[] = [];
  const status = await main(args, {
    out: (text) => out.push(text),
    error: (line) => errors.push(line),
    readStandardInput: () => input,
  });
  return { status, out: out.join(''), errors };
}

const broken = 'apiVersion: v1\nkind: Pod\nmetadata: {name: [\n';

describe('trace', () => {
  const trace = ['trace', '-f', scenario('clusterip'), '--from', 'deployment/default/client', '--to', 'service/default/web:80'];

  test('prints a result with the contract’s fields', async () => {
    const { status, out } = await run([...trace, '-o', 'json']);
    const result = JSON.parse(out);
    expect(status).toBe(0);
    expect(Object.keys(result)).toEqual(expect.arrayContaining(['probe', 'resolved', 'branches', 'diagnostics']));
    expect(result.resolved).toEqual({ ip: expect.stringMatching(/^10\.96\./), port: 80 });
    expect(result.branches).toHaveLength(3);
    const [branch] = result.branches;
    expect(branch).toMatchObject({
      probability: expect.closeTo(1 / 3, 9),
      disposition: 'delivered',
      reason: null,
      clientSees: 'connected',
      deliveredTo: { pod: expect.stringMatching(/^default\/web-/), node: expect.any(String), ip: expect.any(String), port: 8080 },
      seenByServer: { ip: expect.any(String), port: 40000 },
      translations: [{ at: expect.any(String), kind: 'dnat', from: `${result.resolved.ip}:80`, to: expect.stringMatching(/:8080$/) }],
      masqueraded: false,
      http: null,
    });
    expect(branch.hops[0]).toMatchObject({ kind: 'pod', interfaceIn: null, interfaceOut: 'eth0', packetIn: null });
    expect(branch.hops.at(-1)).toMatchObject({ interfaceIn: 'eth0', interfaceOut: null, packetOut: null });
    expect(branch.hops[0].packetOut).toMatchObject({
      protocol: 'TCP',
      sourcePort: 40000,
      destination: result.resolved.ip,
      destinationPort: 80,
      ttl: 64,
    });
    expect(branch.reply.hops.length).toBeGreaterThan(1);
    expect(branch.connections).toHaveLength(1);
  });

  test('an encapsulated packet has its outer headers', async () => {
    const args = [
      'trace',
      '-f',
      scenario('pod-to-pod-vxlan'),
      '--from',
      'pod/default/client',
      '--to',
      'pod/default/web-far:80',
      '-o',
      'json',
    ];
    const { hops } = JSON.parse((await run(args)).out).branches[0];
    const wire = hops.find((hop: { readonly kind: string }) => hop.kind === 'switch');
    expect(wire.packetIn).toMatchObject({ protocol: 'TCP', destinationPort: 80, outer: { protocol: 'UDP', destinationPort: 4789 } });
  });

  test('probes from a file give results in order, each from the same state', async () => {
    const probes = [
      { name: 'one', from: 'deployment/default/client', to: 'web.default:80' },
      { name: 'two', from: 'external', to: '10.96.0.1:443' },
      { name: 'three', from: 'nonsense', to: 'web:80' },
    ];
    const { status, out } = await run([
      'trace',
      '-f',
      scenario('clusterip'),
      '--probes',
      file('probes.json', JSON.stringify(probes)),
      '-o',
      'json',
    ]);
    const results = JSON.parse(out);
    expect(status).toBe(0);
    expect(results.map((result: { readonly probe: { readonly name: string } }) => result.probe.name)).toEqual(['one', 'two', 'three']);
    expect(
      results.map((result: { readonly branches: readonly { readonly disposition: string }[] }) => result.branches[0]?.disposition),
    ).toEqual(['delivered', 'noRoute', 'notResolved']);
  });

  test('detail "outcome" leaves the hops out, "rules" adds what was passed over', async () => {
    expect(JSON.parse((await run([...trace, '-o', 'json', '--detail', 'outcome'])).out).branches[0].hops).toBeUndefined();
    const { hops } = JSON.parse((await run([...trace, '-o', 'json', '--detail', 'rules'])).out).branches[0];
    const skipped = JSON.stringify(hops).match(/"skipped":\[\{/g) ?? [];
    expect(skipped.length).toBeGreaterThan(0);
  });

  test('a URL request has an http object also when it never got an answer', async () => {
    const args = ['trace', '-f', scenario('clusterip'), '--from', 'external', '--to', 'http://10.96.0.1/', '-o', 'json'];
    expect(JSON.parse((await run(args)).out).branches[0]).toMatchObject({ disposition: 'noRoute', http: { status: null, service: null } });
  });

  test('text says who decided, in the node’s own words', async () => {
    const { out } = await run(['trace', '-f', scenario('no-endpoints'), '--from', 'pod/default/client', '--to', 'service/default/web:80']);
    expect(out).toContain('-A KUBE-SERVICES');
    expect(out).toContain('its selector app=webserver matches no Pod');
  });

  test('errors in the input: status 1, and the results all the same', async () => {
    const path = file(
      'broken.yaml',
      `${broken}---\napiVersion: v1\nkind: Pod\nmetadata: {name: fine}\nspec: {containers: [{name: c, image: i}]}\n`,
    );
    const { status, out } = await run(['trace', '-f', path, '--from', 'pod/default/fine', '--to', '1.1.1.1:443', '-o', 'json']);
    expect(status).toBe(1);
    const result = JSON.parse(out);
    expect(result.branches[0].disposition).toBe('exitsCluster');
    expect(result.diagnostics[0]).toMatchObject({ severity: 'error', line: expect.any(Number), message: expect.any(String) });
  });

  test('standard input is a file called "-"', async () => {
    const { status, out } = await run(['trace', '-f', '-', '--from', 'external', '--to', '1.1.1.1:80', '-o', 'json'], '');
    expect([status, JSON.parse(out).branches[0].disposition]).toEqual([0, 'exitsCluster']);
  });
});

describe('get, show and link', () => {
  test('get prints kubectl’s table', async () => {
    const { out } = await run(['get', '-f', scenario('headless'), 'pods', '-o', 'wide']);
    expect(out.split('\n')[0]).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE/);
    expect(out).toMatch(/^db-0 /m);
  });

  test('get -o yaml reads back', async () => {
    const { out } = await run(['get', '-f', scenario('headless'), 'svc', 'db', '-o', 'yaml']);
    const again = await run(['get', '-f', file('again.yaml', out), 'svc', 'db', '-o', 'yaml']);
    expect(again.out).toBe(out);
  });

  test.each([
    ['interfaces', 'inet 172.18.0.2/16'],
    ['routes', 'default via 172.18.0.1 dev eth0'],
    ['iptables', '-A KUBE-SERVICES'],
    ['ipsets', 'cali40all-ipam-pools'],
    ['resolv.conf', 'nameserver 172.18.0.1'],
  ])('show %s', async (what, expected) => {
    const { status, out } = await run(['show', '-f', scenario('clusterip'), 'kind-worker', what]);
    expect(status).toBe(0);
    expect(out).toContain(expected);
  });

  test('show conntrack after a probe', async () => {
    const probes = file('one.json', JSON.stringify([{ from: 'external', to: 'node/kind-worker:30080' }]));
    const { out } = await run(['show', '-f', scenario('nodeport'), 'kind-worker', 'conntrack', '--probes', probes]);
    expect(out).toMatch(/^tcp +6 \d+ TIME_WAIT src=203\.0\.113\.9 dst=172\.18\.0\.2 sport=40000 dport=30080 src=/);
  });

  test('a link holds the input', async () => {
    const { out } = await run(['link', '-f', scenario('nodeport')]);
    expect(out).toMatch(/^http:\/\/localhost:4173\/#s=/);
    const decoded = await run(['link', '--decode', out.trim(), '-o', 'json']);
    expect(JSON.parse(decoded.out).request.to).toBe('node/kind-worker:30080');
  });
});

describe('unusable arguments end with status 2 and one line', () => {
  const some = ['-f', scenario('clusterip')];
  test.each([
    [[], 'usage'],
    [['walk'], 'no command "walk"'],
    [['lab', ...some], 'not built yet'],
    [['trace', ...some], '--from SRC and --to DST'],
    [['trace', ...some, '--from', 'external'], '--from SRC and --to DST'],
    [['trace', '--from', 'external', '--to', '1.1.1.1:80'], 'no input'],
    [['trace', '-f', 'does-not-exist.yaml', '--from', 'external', '--to', '1.1.1.1:80'], 'no such file'],
    [['trace', ...some, '--from', 'external', '--to', '1.1.1.1:80', '-o', 'xml'], 'not "xml"'],
    [['trace', ...some, '--from', 'external', '--to', '1.1.1.1:80', '--protocol', 'QUIC'], 'QUIC'],
    [['trace', ...some, '--from', 'external', '--to', '1.1.1.1:80', '--pick', 'some'], '--pick'],
    [['trace', ...some, '--unknown'], '--unknown'],
    [['trace', ...some, '--probes', file('bad.json', '{')], 'not JSON'],
    [['trace', ...some, '--probes', file('object.json', '{}')], 'array'],
    [['trace', ...some, '--probes', file('from.json', '[{"to": "x:1"}]')], '"from" and "to"'],
    [['get', ...some], 'KIND'],
    [['get', ...some, 'widgets'], 'widgets'],
    [['show', ...some, 'kind-worker', 'nft'], 'not modelled yet'],
    [['show', ...some, 'nowhere', 'routes'], 'nowhere'],
    [['link', '--decode', 'nonsense'], ''],
  ])('%j', async (args, expected) => {
    const { status, out, errors } = await run(args);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(expected);
    if (args.length > 0) expect(errors[0]).not.toContain('\n');
    expect(errors[0]).not.toMatch(/internal error|^\s+at /m);
  });
});

describe.skipIf(!hasSharedData)('the corpus (needs ../shared)', () => {
  const corpus = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));
  test.each(['bookinfo', 'guestbook', 'ingress-nginx', 'netpol-recipes', 'online-boutique', 'voting-app'])(
    '%s loads with no error',
    async (name) => {
      const { status, errors } = await run(['get', '-f', join(corpus, name), 'svc', '-A']);
      expect(errors.filter((line) => line.includes('error: '))).toEqual([]);
      expect(status).toBe(0);
    },
  );
});
