/**
 * View models: plain data that the worker sends to the page and that the command line prints as text. No functions, no Maps: all of it
 * survives a structured clone. Words are Messages (code and parameters); native text is a string.
 */
import type { Probe, SourceRange } from '../engine/index.ts';
import type { Message } from '../shared/message.ts';

/** Text for people, or text of a native tool that stays as it is. */
export type Text = { readonly kind: 'message'; readonly message: Message } | { readonly kind: 'native'; readonly text: string };

/** Where a thing was declared: what the page links to. */
export interface Cause {
  /** "Service default/web" */
  readonly label: string;
  readonly range: SourceRange | null;
  readonly added: boolean;
}

// ---------------------------------------------------------------- problems

export interface ProblemModel {
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: Message;
  readonly cause: Cause | null;
  readonly range: SourceRange | null;
}

// ---------------------------------------------------------------- topology

export interface PortModel {
  /** "NAMESPACE INTERFACE", as linkEndKey says it. */
  readonly id: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly device: 'ethernet' | 'veth' | 'vxlan' | 'ipip' | 'loopback';
}

export interface ContainerModel {
  readonly name: string;
  /** "80", "53/UDP" */
  readonly ports: readonly string[];
}

export interface PodModel {
  /** "NAMESPACE/NAME": the network namespace's id when it has its own. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  /** "ReplicaSet microservice1-…" said as its Deployment where it has one; the group that a crowded node shows. */
  readonly owner: string;
  readonly addresses: readonly string[];
  readonly phase: string;
  readonly ready: boolean;
  readonly hostNetwork: boolean;
  readonly hostInterface: string | null;
  readonly containers: readonly ContainerModel[];
  readonly added: boolean;
  readonly cause: Cause;
  /** Why it is not running or not ready, when so. */
  readonly trouble: string | null;
}

export interface NodeModel {
  readonly id: string;
  readonly name: string;
  readonly role: 'worker' | 'control-plane';
  readonly ready: boolean;
  readonly addresses: readonly string[];
  readonly podBlocks: readonly string[];
  /** Uplinks and tunnel devices; Pods' host interfaces are in their PodModel. */
  readonly ports: readonly PortModel[];
  /** The id of the segment that its uplink is on. */
  readonly segment: string;
  readonly pods: readonly PodModel[];
  readonly added: boolean;
  readonly cause: Cause;
}

export interface OutsideModel {
  readonly id: string;
  readonly kind: 'client' | 'internet' | 'loadBalancer' | 'router';
  readonly addresses: readonly string[];
  readonly ports: readonly PortModel[];
  readonly added: boolean;
}

export interface SegmentModel {
  /** The switch's network namespace id. */
  readonly id: string;
  readonly cidr: string;
}

export interface TopologyModel {
  readonly revision: number;
  readonly outside: readonly OutsideModel[];
  readonly segments: readonly SegmentModel[];
  readonly nodes: readonly NodeModel[];
  /** Pods without a node. */
  readonly pending: readonly PodModel[];
  /** "VXLAN, VNI 4096" when some pool encapsulates; null otherwise. */
  readonly overlay: { readonly kind: 'vxlan' | 'ipip'; readonly label: string; readonly crossSubnetOnly: boolean } | null;
  /** Links as pairs of port ids. */
  readonly links: readonly { readonly id: string; readonly kind: 'wire' | 'veth'; readonly from: string; readonly to: string }[];
  /** Services and workloads, for the far zoom. */
  readonly services: readonly ServiceModel[];
}

export interface ServiceModel {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly type: string;
  readonly addresses: readonly string[];
  readonly ports: readonly string[];
  readonly pods: readonly string[];
  readonly added: boolean;
  readonly cause: Cause;
}

/** What the From and To boxes offer. */
export interface EndpointSuggestions {
  readonly sources: readonly {
    readonly value: string;
    readonly label: string;
    readonly detail: string;
    readonly group: 'outside' | 'node' | 'pod';
  }[];
  readonly destinations: readonly {
    readonly value: string;
    readonly label: string;
    readonly detail: string;
    readonly group: 'url' | 'service' | 'pod' | 'nodePort' | 'outside';
  }[];
}

// ---------------------------------------------------------------- requests

export type HopBadge = 'DNAT' | 'SNAT' | 'undoNAT' | 'encap' | 'decap' | 'drop' | 'refused' | 'delivered' | 'noRoute' | 'timeout' | null;

/** Address and port before and after a hop; equal texts mean unchanged. */
export interface ChangedText {
  readonly before: string;
  readonly after: string;
}

export interface StepModel {
  readonly kind: string;
  /** The row of the host's stack that the packet is on: null for ports, processes and switches. */
  readonly hook: 'PREROUTING' | 'INPUT' | 'ROUTING' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING' | null;
  readonly interface: string | null;
  /** One line in native words: "dst 10.244.162.129:80", "dev vxlan.calico". */
  readonly line: string;
  readonly effect: 'none' | 'translated' | 'encapsulated' | 'decapsulated' | 'dropped' | 'rejected' | 'delivered';
  /** A step that decided something stays longer. */
  readonly decided: boolean;
  readonly encapsulated: boolean;
}

export interface HopModel {
  /** "CONNECTION.LEG.HOP", stable for one branch. */
  readonly id: string;
  /** Counts from 1 over the shown legs of the branch; hops of folded legs count on within their leg. */
  readonly number: number;
  readonly namespace: string;
  /** The namespace's short name, for lists and pictures. */
  readonly name: string;
  readonly namespaceKind: 'node' | 'pod' | 'client' | 'internet' | 'loadBalancer' | 'router' | 'switch';
  readonly interfaceIn: string | null;
  readonly interfaceOut: string | null;
  readonly source: ChangedText;
  readonly destination: ChangedText;
  /** The outer header while the packet leaves encapsulated. */
  readonly outer: { readonly source: string; readonly destination: string } | null;
  /** What happened to the packet here, most telling first. */
  readonly badge: HopBadge;
  readonly alsoBadge: HopBadge;
  readonly decided: Text;
  readonly cause: Cause | null;
  readonly steps: readonly StepModel[];
}

export interface LegModel {
  readonly id: string;
  readonly connection: number;
  readonly direction: 'request' | 'reply';
  readonly segment: string;
  readonly shown: boolean;
  /** "client to ingress-nginx" */
  readonly title: Message;
  readonly hops: readonly HopModel[];
  readonly disposition: string;
  /** What nginx dialled, when it dialled: an endpoint that it read itself, or the Service (service-upstream). */
  readonly upstream: 'endpoint' | 'service' | null;
}

export interface BranchSummary {
  readonly index: number;
  readonly probability: number;
  readonly disposition: string;
  readonly clientSees: string;
  /** "default/microservice1-x on kind-worker2" */
  readonly destination: string;
  readonly crossesNodes: boolean;
}

export interface BranchModel extends BranchSummary {
  readonly legs: readonly LegModel[];
  /** What became of it, in one sentence: "the client sees 200 OK from …". */
  readonly outcome: Message;
  readonly succeeded: boolean;
  readonly reason: { readonly message: Message; readonly cause: Cause | null } | null;
  readonly http: { readonly status: number; readonly service: string | null; readonly rule: string | null } | null;
  /** What is not walked: said at the end of the hop list. */
  readonly notWalked: readonly Message[];
}

export interface RequestModel {
  readonly probe: Probe;
  readonly resolved: string | null;
  readonly branches: readonly BranchSummary[];
  readonly complete: boolean;
  readonly shown: BranchModel;
  readonly problems: readonly ProblemModel[];
}

// ---------------------------------------------------------------- inspectors

export interface HeaderRow {
  readonly field: Message;
  readonly before: string | null;
  readonly after: string | null;
  readonly changed: boolean;
  readonly outer: boolean;
}

export interface RuleRow {
  readonly kind: 'chain' | 'skipped' | 'matched' | 'deciding' | 'policy' | 'folded';
  readonly depth: number;
  /** The node's full native text ("-A KUBE-SERVICES -d …"), a chain's name, or the policy. */
  readonly text: string;
  /** The part of a skipped rule that did not match. */
  readonly failedMatch: string | null;
  readonly verdict: 'accept' | 'drop' | 'reject' | 'translate' | 'continue' | null;
  /** How many rules the row stands for: more than one only when folded. */
  readonly count: number;
  /** Folded rows: the skipped rules behind it, from the first; no more than {@link foldedRowLimit} of them, so `count` may be larger. */
  readonly rows: readonly RuleRow[];
  readonly cause: Cause | null;
}

/** A chain of thousands of rules is not explained rule by rule: it would cost more than anyone reads. */
export const foldedRowLimit = 200;

export interface RulesWalked {
  readonly hook: string;
  readonly table: string;
  readonly chainCount: number;
  readonly ruleCount: number;
  readonly rows: readonly RuleRow[];
}

export interface RouteRow {
  readonly text: string;
  readonly outcome: 'won' | 'shorter' | 'noMatch';
  readonly prefixLength: number;
  readonly cause: Cause | null;
}

export interface LayerBytes {
  readonly name: string;
  readonly bytes: number;
  readonly outer: boolean;
}

export interface StepDetail {
  readonly index: number;
  readonly title: Message;
  readonly sentence: Message;
  readonly headers: readonly HeaderRow[];
  readonly layers: readonly LayerBytes[];
  readonly mtu: number | null;
  readonly rules: readonly RulesWalked[];
  readonly routes: readonly RouteRow[];
  /** Neighbour, FDB, switch port: label and native text. */
  readonly facts: readonly { readonly label: Message; readonly text: string }[];
  readonly conntrack: { readonly state: string; readonly original: string; readonly reply: string } | null;
  readonly cause: Cause | null;
}

export interface HopDetail {
  readonly hop: HopModel;
  readonly title: Message;
  readonly sentence: Message;
  readonly cause: Cause | null;
  readonly steps: readonly StepDetail[];
}

/** What a click on a node, Pod or outside thing shows. */
export interface ThingDetail {
  readonly id: string;
  readonly title: string;
  /** Header and line of `kubectl get KIND NAME -o wide`; empty for what is no object. */
  readonly kubectl: string;
  readonly sections: readonly { readonly title: Message; readonly text: string }[];
  readonly cause: Cause | null;
}
