// An agent's console in Salesforce: a list of cases, cases in tabs, and the pane in the utility bar below.
import { face, h, when } from './elements.js';
import { Utility } from './salesforce_utility.js';

const about = JSON.parse(document.getElementById('about').textContent);
const $ = (id) => document.getElementById(id);
/** Ids of open cases, in the order of their tabs. */
const open = [];
let state = { cases: [], owners: {}, agents: [] };
let shown = null;
let painted = '';

const utility = new Utility($('utility'), $('utilities').querySelector('button'), about, show);
const found = (id) => state.cases.find((one) => one.Id === id);

async function change(id, fields) {
  const headers = { 'Content-Type': 'application/json' };
  await fetch(`${about.root}/${about.agent}/cases/${id}`, { method: 'POST', headers, body: JSON.stringify(fields) });
  await refresh();
}

async function refresh() {
  state = await (await fetch(`${about.root}/${about.agent}/state`)).json();
  paint();
}

function show(id) {
  if (id !== null && !found(id)) return;
  if (id !== null && !open.includes(id)) open.push(id);
  shown = id;
  history.replaceState(null, '', id === null ? location.pathname : `?case=${id}`);
  if (id !== null) utility.see(id);
  paint();
}

function close(id) {
  open.splice(open.indexOf(id), 1);
  show(shown === id ? null : shown);
}

function paint() {
  const key = JSON.stringify([state, open, shown]);
  if (key === painted || document.activeElement?.matches('#main select')) return;
  painted = key;
  $('cases').toggleAttribute('aria-current', shown === null);
  $('tabs').replaceChildren(...open.map((id) => h(id === shown ? 'div.tab.is-open' : 'div.tab', {},
    h('button', { type: 'button', role: 'tab', ariaSelected: String(id === shown), onclick: () => show(id) }, `${found(id).CaseNumber} ${found(id).Subject ?? ''}`),
    h('button', { type: 'button', ariaLabel: `Close ${found(id).CaseNumber}`, onclick: () => close(id) }, '×'))));
  $('main').replaceChildren(shown && found(shown) ? record(found(shown)) : list());
}

function list() {
  const heads = ['Case Number', 'Subject', 'Contact Name', 'Status', 'Owner', 'Last Modified'];
  const rows = state.cases.map((one) => h('tr', { onclick: () => show(one.Id) },
    h('td', {}, h('button', { type: 'button' }, one.CaseNumber)), h('td', {}, one.Subject ?? ''), h('td', {}, one.Name ?? ''), h('td', {}, one.Status),
    h('td', {}, one.Owner), h('td', {}, when(one.Modified))));
  return h('section.card', {}, h('div.head', {}, h('i', { ariaHidden: 'true' }, 'C'), h('div', {}, h('small', {}, 'Cases'), h('h1', {}, 'All Open Cases'), h('small', {}, `${state.cases.length} items`))),
    h('table', { style: 'margin-top: 1rem' }, h('thead', {}, h('tr', {}, ...heads.map((name) => h('th', { scope: 'col' }, name)))), h('tbody', {}, ...rows)));
}

function record(one) {
  const owner = h('select', { ariaLabel: 'Case Owner', onchange: (event) => (event.target.blur(), change(one.Id, { OwnerId: event.target.value })) },
    ...Object.entries(state.owners).map(([id, name]) => h('option', { value: id, selected: id === one.OwnerId }, name)));
  const now = about.statuses.indexOf(one.Status);
  const path = about.statuses.map((name, at) => h(at < now ? 'li.is-done' : at === now ? 'li.is-now' : 'li', {}, name));
  const fact = (name, value) => h('div', {}, h('dt', {}, name), h('dd', {}, value ?? ''));
  const button = (name, fields) => h('button', { type: 'button', onclick: () => change(one.Id, fields) }, name);
  return h('article', { ariaLabel: `Case ${one.CaseNumber}` },
    h('section.card', {}, h('div.head', {}, h('i', { ariaHidden: 'true' }, 'C'), h('div', {}, h('small', {}, 'Case'), h('h1', {}, one.Subject ?? '(no subject)')),
      h('div.buttons', {}, button('Take', { OwnerId: about.agent, Status: 'Working' }), one.IsClosed ? button('Reopen', { Status: 'Working' }) : button('Close Case', { Status: 'Closed' }))),
      h('dl', {}, fact('Case Number', one.CaseNumber), fact('Priority', one.Priority), fact('Status', one.Status), fact('Case Origin', one.Origin), fact('Case Owner', owner))),
    h('ol.path', { ariaLabel: 'Status' }, ...path),
    h('div.columns', {}, h('section.card', {}, h('h2', {}, 'Web Information'), h('dl', { style: 'margin: 0; display: grid' }, fact('Web Name', one.Name), fact('Web Email', one.Email))),
      h('section.card', {}, h('h2', {}, 'Description'), h('p', {}, one.Description ?? ''))));
}

$('cases').addEventListener('click', () => show(null));
await refresh();
const choice = $('who').querySelector('select');
choice.append(...state.agents.map((id) => h('option', { value: id, selected: id === about.agent }, state.owners[id])));
choice.addEventListener('change', () => location.assign(`${about.root}/${choice.value}`));
$('who').querySelector('.face').replaceWith(face(state.owners[about.agent] ?? '?'));
show(new URLSearchParams(location.search).get('case'));
utility.start();
setInterval(() => refresh().catch(() => {}), 1000);
