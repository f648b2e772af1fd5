import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultyNetwork, NamesOrder, WebOrder } from '../network/network.js';
import type { SceneFault } from '../scene-fault.js';

type Order = (network: FaultyNetwork) => Promise<void>;

/** How a command ends that could not get what it needs. */
const exitCodes = [1, 2] as const;

const names =
  (order: NamesOrder): Order =>
  async (network) =>
    network.names(order);

const web =
  (order: WebOrder): Order =>
  async (network) =>
    network.web(order);

const uplink =
  (up: boolean): Order =>
  (network) => {
    network.uplink(up);
    return Promise.resolve();
  };

/** What becomes of the network that a command uses. */
export function callNetworkFaults(network: () => FaultyNetwork): SceneFault[] {
  const lasting = (name: string, strike: Order, heal: Order): SceneFault => ({
    name,
    exitCodes,
    quick: name === 'the server gone',
    inject: async () => {
      await strike(network());
      return true;
    },
    heal: async () => heal(network()),
  });
  return [
    lasting('the network lost', uplink(false), uplink(true)),
    lasting('a name server that fails', names('fail'), names('answer')),
    lasting('the name server gone', names('gone'), names('answer')),
    lasting('a silent name server', names('silent'), names('answer')),
    lasting('the server gone', web('gone'), web('answer')),
    lasting('a server that breaks off', web('break'), web('answer')),
    lasting('a silent server', web('silent'), web('answer')),
    lostAndBack(network),
  ];
}

/** A second without a network is what programs have to live with. */
function lostAndBack(network: () => FaultyNetwork): SceneFault {
  let back: Promise<void> | undefined;
  return {
    name: 'the network lost and back',
    exitCodes: [],
    quick: true,
    inject: () => {
      network().uplink(false);
      back = sleep(1000).then(() => {
        network().uplink(true);
      });
      return true;
    },
    heal: async () => back,
  };
}
