/** Words in, meaning or a precise error out. */
import { describe, expect, test } from 'vitest';
import { parseDestinationWord, parseSourceWord } from './endpointWords.ts';

const port = (number: number) => ({ kind: 'number', number });

describe('parseSourceWord', () => {
  test.each([
    ['pod/default/web-1', { kind: 'pod', namespace: 'default', name: 'web-1' }],
    ['deployment/shop/cart', { kind: 'deployment', namespace: 'shop', name: 'cart' }],
    ['node/ip-10-0-0-1.ec2.internal', { kind: 'node', name: 'ip-10-0-0-1.ec2.internal' }],
    ['external', { kind: 'external', address: null }],
    ['external/198.51.100.7', { kind: 'external', address: '198.51.100.7' }],
    ['external/2001:DB8::1', { kind: 'external', address: '2001:db8::1' }],
  ])('%s', (text, value) => expect(parseSourceWord(text)).toEqual({ ok: true, value }));

  test.each([
    ['pod/web-1', 'exchange.words.sourceObject'],
    ['pod/default/', 'exchange.words.sourceObject'],
    ['pod/default/web/80', 'exchange.words.sourceObject'],
    ['node/', 'exchange.words.sourceNode'],
    ['external/not-an-ip', 'exchange.words.externalAddress'],
    ['internet', 'exchange.words.source'],
    ['', 'exchange.words.source'],
  ])('refuses %s', (text, code) => {
    const parsed = parseSourceWord(text);
    expect(parsed.ok ? null : parsed.error.code).toBe(code);
  });
});

describe('parseDestinationWord', () => {
  test.each([
    ['pod/default/web-1:80', { kind: 'pod', namespace: 'default', name: 'web-1', port: port(80) }],
    ['pod/default/web-1', { kind: 'pod', namespace: 'default', name: 'web-1', port: { kind: 'none' } }],
    ['deployment/default/web:http', { kind: 'deployment', namespace: 'default', name: 'web', port: { kind: 'name', name: 'http' } }],
    ['service/default/web:5000', { kind: 'service', namespace: 'default', name: 'web', port: port(5000) }],
    ['node/kind-worker:30080', { kind: 'node', name: 'kind-worker', port: port(30080) }],
    ['10.96.0.10:53', { kind: 'address', address: '10.96.0.10', port: port(53) }],
    ['[fd00::1]:80', { kind: 'address', address: 'fd00::1', port: port(80) }],
    ['fd00::1', { kind: 'address', address: 'fd00::1', port: { kind: 'none' } }],
    ['web.default.svc.cluster.local.:80', { kind: 'dnsName', name: 'web.default.svc.cluster.local.', port: port(80) }],
    ['web:80', { kind: 'dnsName', name: 'web', port: port(80) }],
    ['http://Shop.example/cart?id=1', { kind: 'url', scheme: 'http', host: 'shop.example', port: null, target: '/cart?id=1' }],
    ['https://shop.example:8443', { kind: 'url', scheme: 'https', host: 'shop.example', port: 8443, target: '/' }],
    ['http://[fd00::1]:8080/x', { kind: 'url', scheme: 'http', host: 'fd00::1', port: 8080, target: '/x' }],
    ['http://shop.example?x=1', { kind: 'url', scheme: 'http', host: 'shop.example', port: null, target: '/?x=1' }],
  ])('%s', (text, value) => expect(parseDestinationWord(text)).toEqual({ ok: true, value }));

  test.each([
    ['pod/web:80', 'exchange.words.destinationObject'],
    ['service/default/web:0', 'exchange.words.port'],
    ['service/default/web:70000', 'exchange.words.port'],
    ['service/default/web:', 'exchange.words.port'],
    ['node/a/b:80', 'exchange.words.destinationNode'],
    ['300.1.1.1:80', 'exchange.words.address'],
    ['ingress/default/web:80', 'exchange.words.destination'],
    ['ftp://host/', 'exchange.words.scheme'],
    ['http:///path', 'exchange.words.url'],
    ['http://user@host/', 'exchange.words.url'],
    ['http://host:http/', 'exchange.words.port'],
  ])('refuses %s', (text, code) => {
    const parsed = parseDestinationWord(text);
    expect(parsed.ok ? null : parsed.error.code).toBe(code);
  });
});
