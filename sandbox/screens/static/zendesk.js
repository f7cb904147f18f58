// An agent's screen in Zendesk: a list of tickets, tickets in tabs, and the app's frames beside and above them.
import { face, h, when } from './elements.js';
import { Apps } from './zendesk_apps.js';

const about = JSON.parse(document.getElementById('about').textContent);
const $ = (id) => document.getElementById(id);
const list = h('section.view');
/** Open tickets by id: their tab, their panel, and what of it changes. */
const open = new Map();
let state = { tickets: [], people: {}, agents: [], me: about.agent };
let shown = null;

const ticket = (id) => state.tickets.find((one) => one.id === id);
const person = (id) => state.people[id] ?? { name: 'Nobody', email: '' };
const apps = new Apps(about, { ticket, me: () => person(about.agent), route: (id) => show(id), icon: paintIcon });

// Deeds

async function submit(id, change) {
  const body = JSON.stringify(change);
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`${about.root}/${about.agent}/tickets/${id}`, { method: 'POST', headers, body });
  await refresh();
  if (answer.ok && open.has(id)) apps.tell(open.get(id).app, 'ticket.saved');
}

async function refresh() {
  state = await (await fetch(`${about.root}/${about.agent}/state`)).json();
  paint();
}

// Tabs

function show(id) {
  if (id !== null && !ticket(id)) return;
  if (id !== null && !open.has(id)) openTicket(id);
  const before = shown !== id && open.get(shown);
  if (before) apps.tell(before.app, 'app.deactivated');
  shown = id;
  for (const [other, { panel }] of open) panel.hidden = other !== id;
  list.hidden = id !== null;
  history.replaceState(null, '', id === null ? location.pathname : `?ticket=${id}`);
  if (id !== null) apps.tell(open.get(id).app, 'app.activated', { firstLoad: false });
  paint();
}

function openTicket(id) {
  const parts = {
    assignee: h('select', { id: `assignee-${id}`, onchange: () => (parts.isTouched = true) }),
    requester: h('div.value'),
    status: h('span.badge'),
    tags: h('div.tags'),
    subject: h('h1'),
    log: h('div.log'),
    comment: h('textarea', { ariaLabel: 'Internal note', placeholder: 'Add an internal note' }),
    apps: h('div'),
  };
  const save = (status) => {
    const change = { status, assignee_id: Number(parts.assignee.value) || null, comment: parts.comment.value, public: false };
    parts.comment.value = '';
    parts.isTouched = false;
    return submit(id, change);
  };
  const take = h('button.link', { type: 'button', onclick: () => ((parts.assignee.value = about.agent), (parts.isTouched = true)) }, 'take it');
  const fields = h('aside.fields', { ariaLabel: 'Ticket' },
    h('dt', {}, 'Requester'), parts.requester,
    h('div.row', {}, h('label', { htmlFor: parts.assignee.id }, 'Assignee'), take), parts.assignee,
    h('dt', {}, 'Tags'), parts.tags);
  const buttons = h('div', {}, parts.status,
    h('button.submit.is-quiet', { type: 'button', onclick: () => save('closed') }, 'Close'),
    h('button.submit.is-quiet', { type: 'button', onclick: () => save('solved') }, 'Submit as Solved'),
    h('button.submit', { type: 'button', onclick: () => save('open') }, 'Submit as Open'));
  const talk = h('div.talk', {}, h('header', {}, parts.subject, h('small', {}, `Ticket #${id} · via web`)), parts.log,
    h('div.compose', {}, parts.comment, buttons));
  const again = h('button', { type: 'button', title: 'Reload all apps', ariaLabel: 'Reload all apps', onclick: () => apps.reload(parts.app) }, '⟳');
  const beside = h('aside.apps', { ariaLabel: 'Apps' }, h('div', {}, 'Caseroom', again), parts.apps);
  parts.panel = h('section.ticket', { ariaLabel: `Ticket ${id}` }, fields, talk, beside);
  $('main').append(parts.panel);
  open.set(id, parts);
  parts.app = apps.add('ticket_sidebar', parts.apps, id);
}

function close(id) {
  const { panel, app } = open.get(id);
  apps.remove(app);
  panel.remove();
  open.delete(id);
  show(shown === id ? null : shown);
}

// Painting

function paint() {
  paintTabs();
  paintList();
  for (const [id, parts] of open) if (ticket(id)) paintTicket(ticket(id), parts);
}

function paintTabs() {
  $('tabs').replaceChildren(...[...open.keys()].map((id) => {
    const { subject } = ticket(id) ?? { subject: '' };
    const pick = h('button', { type: 'button', role: 'tab', ariaSelected: String(id === shown), onclick: () => show(id) }, h('strong', {}, subject), h('small', {}, `#${id}`));
    return h(id === shown ? 'div.tab.is-open' : 'div.tab', {}, pick, h('button', { type: 'button', ariaLabel: `Close tab ${id}`, onclick: () => close(id) }, '×'));
  }));
}

function paintList() {
  const mine = state.tickets.filter((one) => one.assignee_id === about.agent && !['solved', 'closed'].includes(one.status));
  const rows = state.tickets.map((one) => h('tr', { onclick: () => show(one.id) },
    h('td', {}, badge(one.status)), h('td', {}, `#${one.id}`), h('td', {}, h('button', { type: 'button' }, one.subject)),
    h('td', {}, person(one.requester_id).name), h('td', {}, one.assignee_id ? person(one.assignee_id).name : '–'), h('td', {}, when(one.updated))));
  const heads = ['Status', 'ID', 'Subject', 'Requester', 'Assignee', 'Updated'].map((name) => h('th', { scope: 'col' }, name));
  const keep = keyOf(list);
  if (keep === list.dataset.key && list.childElementCount) return;
  list.dataset.key = keep;
  list.replaceChildren(h('h1', {}, 'All tickets'), h('p', {}, `${state.tickets.length} tickets, ${mine.length} of them open and yours`),
    h('table', {}, h('thead', {}, h('tr', {}, ...heads)), h('tbody', {}, ...rows)));
}

const keyOf = () => JSON.stringify(state.tickets.map((one) => [one.id, one.updated, one.status, one.assignee_id]));
const badge = (status) => h(`span.badge.${status}`, {}, status);

function paintTicket(one, parts) {
  const key = JSON.stringify([one, state.agents]);
  if (parts.key === key) return;
  parts.key = key;
  const requester = person(one.requester_id);
  parts.subject.textContent = one.subject;
  parts.requester.textContent = [requester.name, requester.email].filter(Boolean).join(' · ');
  parts.status.className = `badge ${one.status}`;
  parts.status.textContent = one.status;
  parts.tags.replaceChildren(...one.tags.map((tag) => h('span', {}, tag)));
  const chosen = parts.isTouched ? parts.assignee.value : String(one.assignee_id ?? '');
  parts.assignee.replaceChildren(h('option', { value: '' }, '–'), ...state.agents.map((id) => h('option', { value: String(id) }, person(id).name)));
  parts.assignee.value = chosen;
  parts.log.replaceChildren(...one.comments.map(({ author, text, at, public: isPublic }) => h(isPublic ? 'div.comment' : 'div.comment.is-note', {}, face(person(author).name),
    h('div', {}, h('strong', {}, person(author).name), ' ', h('small', {}, `${when(at)}${isPublic ? '' : ' · Internal'}`), h('p', {}, text)))));
}

function paintIcon(symbol) {
  const count = /^unread-(\d+|more)$/.exec(symbol)?.[1] ?? '';
  const mark = $('app-icon').querySelector('b');
  mark.hidden = !count;
  mark.textContent = count === 'more' ? '9+' : count;
}

// The beginning

const popover = apps.add('top_bar', $('popover'), null, true);
$('app-icon').addEventListener('click', () => {
  const isOpen = !$('popover').toggleAttribute('hidden');
  $('app-icon').ariaExpanded = String(isOpen);
  if (!isOpen) return apps.tell(popover, 'pane.deactivated');
  apps.load(popover);
  return apps.tell(popover, 'pane.activated');
});
$('views').addEventListener('click', () => show(null));
$('main').append(list);
await refresh();
const choice = $('who').querySelector('select');
choice.append(...state.agents.map((id) => h('option', { value: String(id), selected: id === about.agent }, person(id).name)));
choice.addEventListener('change', () => location.assign(`${about.root}/${choice.value}`));
$('who').querySelector('.face').replaceWith(face(person(about.agent).name));
apps.add('background', $('background'));
show(Number(new URLSearchParams(location.search).get('ticket')) || null);
setInterval(() => refresh().catch(() => {}), 1000);
