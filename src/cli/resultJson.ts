/** A request's result in the fields of the command line's contract. Fields may be added here, never renamed. */

import type { Connection, Diagnostic, Hop, Leg, Packet, RequestBranch, RequestResult, Simulation } from '../engine/index.ts';
import { originJson, stepJson } from './stepJson.ts';
import { diagnosticJson, sentence } from './words.ts';

/** How much of the way is printed: nothing, hops with what decided, or every rule that was passed over too. */
export type Detail = 'outcome' | 'hops' | 'rules';

export const resultJson = (simulation: Simulation, result: RequestResult, diagnostics: readonly Diagnostic[], detail: Detail) => ({
  probe: result.probe,
  resolved: result.resolved,
  branches: result.branches.map((branch) => branchJson(simulation, branch, { detail, isUrl: /^https?:/i.test(result.probe.to) })),
  complete: result.complete,
  diagnostics: [...diagnostics, ...result.diagnostics].map(diagnosticJson),
});

function branchJson(
  simulation: Simulation,
  branch: RequestBranch,
  { detail, isUrl }: { readonly detail: Detail; readonly isUrl: boolean },
) {
  const delivered = branch.deliveredTo;
  return {
    probability: branch.probability,
    disposition: branch.disposition,
    reason: branch.reason === null ? null : reasonJson(branch.reason),
    clientSees: branch.clientSees,
    deliveredTo:
      delivered === null
        ? null
        : { pod: delivered.pod, node: delivered.node, ip: delivered.ip, port: delivered.port, networkNamespace: delivered.namespace },
    seenByServer: branch.seenByServer,
    translations: branch.translations,
    masqueraded: branch.masqueraded,
    http: branch.http === null ? (isUrl ? noHttpAnswer : null) : httpJson(branch.http),
    ...(detail === 'outcome' ? {} : waysJson(simulation, branch, detail)),
    notWalked: branch.notWalked.map(sentence),
    script: branch.script,
  };
}

const reasonJson = (reason: NonNullable<RequestBranch['reason']>) => ({
  code: reason.message.code,
  message: sentence(reason.message),
  origin: originJson(reason.origin),
});

const httpJson = ({ status, service, rule, location, upstreamPath }: NonNullable<RequestBranch['http']>) => ({
  status,
  service,
  rule,
  location,
  upstreamPath,
});

/** A URL request that never got as far as an answer in HTTP. */
const noHttpAnswer = { status: null, service: null, rule: null, location: null, upstreamPath: null };

/** The packets that are shown first, request and answer apart, in the order in which they are sent; below, the same per connection. */
function waysJson(simulation: Simulation, branch: RequestBranch, detail: Detail) {
  const legs = branch.sequence.flatMap(({ connection, leg }) => branch.connections[connection]?.legs[leg] ?? []);
  return {
    ...shownHops(simulation, legs, detail),
    connections: branch.connections.map((connection) => connectionJson(simulation, connection, detail)),
  };
}

/** `reply` is null when nothing came back. */
function shownHops(simulation: Simulation, legs: readonly Leg[], detail: Detail) {
  const shown = legs.filter((leg) => leg.shown);
  const hopsOf = (direction: Leg['direction']) =>
    shown.filter((leg) => leg.direction === direction).flatMap((leg) => leg.trace.hops.map((hop) => hopJson(simulation, hop, detail)));
  return { hops: hopsOf('request'), reply: shown.some((leg) => leg.direction === 'reply') ? { hops: hopsOf('reply') } : null };
}

/** Every packet of a connection is listed; the hops of those that are not shown first come with the detail "rules". */
function connectionJson(simulation: Simulation, connection: Connection, detail: Detail) {
  return {
    from: connection.from,
    to: connection.to,
    dialled: connection.dialled,
    because: connection.because.map((entry) => ({
      code: entry.message.code,
      message: sentence(entry.message),
      origin: originJson(entry.origin),
    })),
    clientSees: connection.clientSees,
    ...shownHops(simulation, connection.legs, detail),
    legs: connection.legs.map((leg) => ({
      direction: leg.direction,
      segment: leg.segment,
      shown: leg.shown,
      disposition: leg.trace.disposition,
      ...(detail === 'rules' ? { hops: leg.trace.hops.map((hop) => hopJson(simulation, hop, detail)) } : {}),
    })),
  };
}

function hopJson(simulation: Simulation, hop: Hop, detail: Detail) {
  return {
    networkNamespace: hop.namespace,
    kind: hop.kind,
    interfaceIn: hop.interfaceIn,
    interfaceOut: hop.interfaceOut,
    packetIn: hop.packetIn === null ? null : packetJson(hop.packetIn),
    steps: hop.steps.map((step, position) => {
      const before = hop.steps[position - 1]?.packet ?? hop.packetIn;
      const packet = packetJson(step.packet);
      const isChanged = before === null || JSON.stringify(packetJson(before)) !== JSON.stringify(packet);
      // A step says what the packet became only where it changed it.
      return { ...stepJson(simulation, hop, step, detail === 'rules'), ...(isChanged ? { packet } : {}) };
    }),
    packetOut: hop.packetOut === null ? null : packetJson(hop.packetOut),
  };
}

/** The innermost packet, with the headers around it in `outer`. */
export function packetJson(packet: Packet): PacketJson {
  return packet.payload.kind === 'vxlan' || packet.payload.kind === 'ipip'
    ? { ...packetJson(packet.payload.inner), outer: headerJson(packet) }
    : headerJson(packet);
}

export interface PacketJson {
  readonly protocol: string;
  readonly source: string;
  readonly sourcePort: number | null;
  readonly destination: string;
  readonly destinationPort: number | null;
  readonly ttl: number;
  readonly mark?: number;
  readonly outer?: PacketJson;
  readonly flags?: readonly string[];
}

function headerJson(packet: Packet): PacketJson {
  const { transport } = packet;
  const hasPorts = transport.kind !== 'icmp' && transport.kind !== 'ipencap';
  return {
    protocol: transport.kind.toUpperCase(),
    source: packet.source,
    sourcePort: hasPorts ? transport.sourcePort : null,
    destination: packet.destination,
    destinationPort: hasPorts ? transport.destinationPort : null,
    ttl: packet.ttl,
    ...(packet.mark === 0 ? {} : { mark: packet.mark }),
    ...(transport.kind === 'tcp' ? { flags: Object.keys(transport.flags) } : {}),
  };
}
