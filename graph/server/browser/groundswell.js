// Puts Groundswell's saved questions, style and tour into Neo4j Browser's own storage, then opens it.
// Neo4j Browser 5.24 keeps its state in localStorage under "neo4j."; it has no other way in.
'use strict';
const PREFIX = 'neo4j.';
const OWN = 'groundswell-';

function read(key, fallback) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key)) ?? fallback;
  } catch {
    return fallback;
  }
}

function write(key, value) {
  localStorage.setItem(PREFIX + key, JSON.stringify(value));
}

// Favourites that users added stay; Groundswell's own are replaced.
const isUsers = favourite => !String(favourite.id ?? '').startsWith(OWN);
const folder = { id: `${OWN}folder`, name: 'Groundswell' };
const favourites = GROUNDSWELL.favourites.map((content, number) => (
  { id: `${OWN}${number}`, folder: folder.id, content }));
write('folders', [folder, ...read('folders', []).filter(isUsers)]);
write('documents', [...favourites, ...read('documents', []).filter(isUsers)]);
write('grass', { ...read('grass', {}), ...GROUNDSWELL.style });
const tour = { currentSlide: 0, title: 'Groundswell: a short tour', identifier: `${location.origin}/browser/tour.html` };
write('guides', { currentGuide: null, remoteGuides: [tour] });
// Only what a question returns is drawn ("Connect result nodes" off), and nothing is reported to anybody.
const settings = { initCmd: '', autoComplete: false, allowCrashReports: false, allowUserStats: false };
write('settings', { ...read('settings', {}), ...settings });

const parameters = new URLSearchParams(location.hash.slice(1));
if (parameters.get('password')) {
  const connection = {
    id: '$$discovery', name: '$$discovery', type: 'bolt', host: parameters.get('bolt'), username: parameters.get('user'),
    password: parameters.get('password'), authEnabled: true, authenticationMethod: 'NATIVE', db: 'neo4j',
  };
  write('connections', {
    allConnectionIds: ['$$discovery'], connectionsById: { $$discovery: connection },
    activeConnection: null, connectionState: 0, lastUpdate: 0, lastUseDb: null, useDb: 'neo4j',
  });
}
const server = encodeURIComponent(parameters.get('bolt')?.replace('//', `//${parameters.get('user')}@`) ?? '');
const address = `./?dbms=${server}&db=neo4j&cmd=guide&arg=${encodeURIComponent(tour.identifier)}`;
// Replaced, so that the password does not stay in the address or behind the back button.
location.replace(address);
