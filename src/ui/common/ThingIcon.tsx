/** The glyph of a kind of network namespace: the same in list, timeline and inspector. Decorative: the name stands beside it. */
import { Box, Globe, Laptop, type LucideIcon, Network, Router, Server, Waypoints } from 'lucide-react';
import type { HopModel } from '../../view/model.ts';

const icons: Readonly<Record<HopModel['namespaceKind'], LucideIcon>> = {
  client: Laptop,
  internet: Globe,
  loadBalancer: Waypoints,
  node: Server,
  pod: Box,
  router: Router,
  switch: Network,
};

export function ThingIcon({ kind, size = 14 }: { readonly kind: HopModel['namespaceKind']; readonly size?: number }) {
  const Icon = icons[kind];
  return <Icon size={size} strokeWidth={1.75} aria-hidden="true" className="thing-icon" />;
}
