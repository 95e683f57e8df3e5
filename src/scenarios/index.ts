/** The scenarios that come with packetwalk, in the order of the menu. Each is one YAML text; nothing here knows what is in it but its title. */
import clusterip from './clusterip/manifest.yaml?raw';
import externalname from './externalname/manifest.yaml?raw';
import headless from './headless/manifest.yaml?raw';
import ingressToPod from './ingress-to-pod/manifest.yaml?raw';
import loadbalancer from './loadbalancer/manifest.yaml?raw';
import noEndpoints from './no-endpoints/manifest.yaml?raw';
import nodeport from './nodeport/manifest.yaml?raw';
import podToPod from './pod-to-pod/manifest.yaml?raw';
import podToPodVxlan from './pod-to-pod-vxlan/manifest.yaml?raw';

export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** The whole manifest file. */
  readonly text: string;
}

/** The title stands once, in the Scenario document; a file without one is a mistake of ours. */
function scenario(id: string, text: string): Scenario {
  const title = /^ {2}title: (.+)$/m.exec(text)?.[1];
  if (title === undefined) throw new Error(`scenario ${id} has no title`);
  return { id, title, text };
}

/** The first one opens when nothing else is asked for. */
export const scenarios: readonly Scenario[] = [
  scenario('ingress-to-pod', ingressToPod),
  scenario('pod-to-pod', podToPod),
  scenario('pod-to-pod-vxlan', podToPodVxlan),
  scenario('clusterip', clusterip),
  scenario('nodeport', nodeport),
  scenario('loadbalancer', loadbalancer),
  scenario('externalname', externalname),
  scenario('headless', headless),
  scenario('no-endpoints', noEndpoints),
];
