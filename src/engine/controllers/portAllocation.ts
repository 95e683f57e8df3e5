/**
 * Node ports and health-check ports: one number per cluster, whatever the protocol; within one Service the entries of one `port` share
 * theirs (pkg/registry/core/service/portallocator). Upstream draws at random in the upper band; here the draw is a hash of the Service's
 * name and port, so that it depends on nothing else unless two collide.
 */
import { seededNumber } from './names.ts';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** How many ports at the range's start are left to people (portallocator.calculateRangeOffset). */
export function staticBandSize({ first, last }: PortRange): number {
  const size = last - first + 1;
  return size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 32)), 128);
}

export interface PortAllocator {
  /** False when somebody has the port already. */
  readonly claim: (port: number) => boolean;
  readonly isFree: (port: number) => boolean;
  readonly contains: (port: number) => boolean;
  /** A free port of the upper band, else of the lower one; undefined when the range is full. */
  readonly next: (seed: string) => number | undefined;
}

export function portAllocator(range: PortRange): PortAllocator {
  const taken = new Set<number>();
  const claim = (port: number): boolean => {
    if (taken.has(port)) return false;
    taken.add(port);
    return true;
  };
  const scan = (first: number, size: number, seed: string): number | undefined => {
    if (size <= 0) return undefined;
    const start = seededNumber(seed, size);
    for (let step = 0; step < size; step += 1) {
      const port = first + ((start + step) % size);
      if (claim(port)) return port;
    }
    return undefined;
  };
  const lower = staticBandSize(range);
  const size = range.last - range.first + 1;
  return {
    claim,
    isFree: (port) => !taken.has(port),
    contains: (port) => port >= range.first && port <= range.last,
    next: (seed) => scan(range.first + lower, size - lower, seed) ?? scan(range.first, lower, seed),
  };
}
