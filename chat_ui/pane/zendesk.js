/**
 * The pane inside Zendesk: which ticket is in view, the count on the icon in the top bar, and the way to another ticket.
 *
 * Zendesk loads the page into up to three kinds of frames: one beside each open ticket, one behind the icon in the top
 * bar, and one in the background. Only the one in the top bar logs in to the chat; the one in the background sees to
 * it that Zendesk loads that frame before the agent has clicked the icon.
 *
 * https://developer.zendesk.com/api-reference/apps/apps-core-api/core_api/
 * https://developer.zendesk.com/api-reference/apps/apps-support-api/top_bar/
 */

/**
 * What is used of the client that Zendesk's SDK makes (`ZAFClient.init()`). Its promises fail after five seconds.
 *
 * @typedef {object} ZAFClient
 * @property {() => Promise<{location?: string, ticketId?: number}>} context
 * @property {(path: string) => Promise<Record<string, any>>} get
 * @property {(name: string, value: unknown) => Promise<unknown>} set
 * @property {(name: string, ...values: unknown[]) => Promise<unknown>} invoke
 * @property {(name: string, handler: (data?: any) => void) => void} on
 * @property {(name: string, handler: (data?: any) => void) => void} off
 * @property {(guid: string) => ZAFClient} instance
 */

/**
 * Where the frame is.
 *
 * @typedef {object} Place
 * @property {string} location Zendesk's name of it; empty when Zendesk did not say.
 * @property {string} locale the agent's language, as `en-US`; empty when Zendesk did not say.
 * @property {boolean} showsTicket whether it stands beside one ticket.
 * @property {boolean} holdsConnection whether this frame is the one that logs in to the chat.
 * @property {boolean} isSeen whether the agent can ever see it.
 */

/**
 * Why a case is told: `opened` with the frame, `activated` when the agent came back to it, `saved` when the ticket was
 * changed at Zendesk (so that the service should be asked again who is in it).
 *
 * @typedef {'opened' | 'activated' | 'saved'} Reason
 */

/**
 * What the agent has to do for a fresh proof of who he is: `reload_apps` (Zendesk's button above the apps beside a
 * ticket) or `reload_page` (the whole browser page).
 *
 * @typedef {'reload_apps' | 'reload_page'} Remedy
 */

/**
 * @typedef {object} ZendeskPane
 * @property {(ref: string) => Promise<boolean>} openCase shows the ticket; false if Zendesk did not.
 * @property {(count: number) => Promise<void>} showUnread puts the count on the icon in the top bar.
 * @property {() => Promise<void>} refresh asks again which ticket is in view, and tells it.
 * @property {() => Remedy} openAgain what to ask the agent for when the proof has ended.
 * @property {() => void} disconnect stops listening.
 */

const SIDEBAR = { showsTicket: true, holdsConnection: false, isSeen: true, size: { width: '100%', height: '640px' } };
const TOP_BAR = { showsTicket: false, holdsConnection: true, isSeen: true, size: { width: '420px', height: '640px' } };
const BACKGROUND = { showsTicket: false, holdsConnection: false, isSeen: false, size: null };

/** @type {Record<string, {showsTicket: boolean, holdsConnection: boolean, isSeen: boolean, size: object | null}>} */
const PLACES = { ticket_sidebar: SIDEBAR, top_bar: TOP_BAR, background: BACKGROUND };
const ELSEWHERE = { showsTicket: false, holdsConnection: false, isSeen: true, size: null };

// The symbols of assets/icon_top_bar.svg.
const NOTHING_UNREAD = 'default';
const MANY = 9;

/**
 * The symbol of the icon for a number of unread messages.
 *
 * @param {number} count
 * @returns {string}
 */
export function symbolFor(count) {
  if (!(count >= 1)) return NOTHING_UNREAD;
  return count > MANY ? 'unread-more' : `unread-${Math.floor(count)}`;
}

/**
 * Connect the pane to Zendesk.
 *
 * A ticket is told when it is there and after it was saved, never while it is edited: what an agent picks in Zendesk's
 * form has not happened until he submits it, so no event that ends in `.changed` is listened to.
 *
 * @param {object} wiring
 * @param {ZAFClient} wiring.client
 * @param {(ref: string | null, reason: Reason) => void} wiring.onCase the ticket in view; null where there is none.
 * @param {(place: Place) => void} wiring.onLocation called once, before the first case.
 * @returns {ZendeskPane}
 */
export function connectZendesk({ client, onCase, onLocation }) {
  let location = '';
  let symbol = NOTHING_UNREAD;
  let isOver = false;

  const place = () => PLACES[location] ?? ELSEWHERE;

  /** @param {Reason} reason */
  async function tellCase(reason) {
    const found = place().showsTicket ? await quietly(client.get('ticket.id')) : null;
    const id = found?.['ticket.id'];
    // A frame beside a ticket whose number Zendesk did not tell says nothing rather than that there is none.
    if (isOver || (place().showsTicket && !id)) return;
    onCase(id ? String(id) : null, reason);
  }

  async function start() {
    location = (await quietly(client.context()))?.location ?? '';
    const user = await quietly(client.get('currentUser'));
    if (isOver) return;
    const { size, ...duties } = place();
    if (size) void quietly(client.invoke('resize', size));
    if (location === 'background') void loadTopBar(client);
    onLocation({ location, locale: user?.currentUser?.locale ?? '', ...duties });
    await tellCase('opened');
  }

  const started = start();
  /** @param {Reason} reason */
  const later = (reason) => () => void started.then(() => tellCase(reason));
  /** @type {Record<string, (data?: any) => void>} */
  const handlers = {
    'app.activated': later('activated'),
    'pane.activated': later('activated'),
    'ticket.saved': later('saved'),
    'instance.created': () => void started.then(() => (location === 'background' ? loadTopBar(client) : undefined)),
    'app.willDestroy': disconnect,
  };
  for (const [name, handler] of Object.entries(handlers)) client.on(name, handler);

  function disconnect() {
    isOver = true;
    for (const [name, handler] of Object.entries(handlers)) client.off(name, handler);
  }

  return {
    async openCase(ref) {
      if (!/^[0-9]{1,15}$/.test(ref)) return false;
      return (await quietly(client.invoke('routeTo', 'ticket', Number(ref)).then(() => true))) ?? false;
    },
    async showUnread(count) {
      const wanted = symbolFor(count);
      await started;
      if (location !== 'top_bar' || wanted === symbol) return;
      symbol = wanted;
      await quietly(client.set('iconSymbol', wanted));
    },
    refresh: () => started.then(() => tellCase('activated')),
    // Zendesk posts a proof when it loads a frame, and the proof serves once. A frame cannot ask for another one: to
    // reload itself would post the old one again. So the agent has to let Zendesk load it anew.
    openAgain: () => (place().showsTicket ? 'reload_apps' : 'reload_page'),
    disconnect,
  };
}

/**
 * Have Zendesk load the frame behind the icon in the top bar, which it would do at the first click only.
 *
 * @param {ZAFClient} client
 * @returns {Promise<void>}
 */
async function loadTopBar(client) {
  const found = await quietly(client.get('instances'));
  for (const [guid, one] of Object.entries(found?.instances ?? {})) {
    if (one.location === 'top_bar') await quietly(client.instance(guid).invoke('preloadPane'));
  }
}

/**
 * The answer, or undefined: what Zendesk does not do for us (a size, an icon) must not keep agents from their chats.
 *
 * @template T
 * @param {Promise<T>} asked
 * @returns {Promise<T | undefined>}
 */
async function quietly(asked) {
  try {
    return await asked;
  } catch {
    return undefined;
  }
}
