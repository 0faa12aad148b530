/** Every folder of blueprints/ is a sound catalogue, for the program and for editors alike, and keeps to itself. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { readFolder, referenceFaults } from '../../dev/catalogue/read-folder';

const root = path.join(__dirname, '../../blueprints');
const names = readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

const json = (...parts: string[]): unknown => JSON.parse(readFileSync(path.join(...parts), 'utf8'));

test('there are five', () => {
  expect(names.sort()).toEqual(['cosmosbuilder', 'hephaestus', 'nockchain', 'qmoi', 'ton-civilization']);
});

describe.each(names)('%s', (name) => {
  const folder = path.join(root, name);
  const { files, faults } = readFolder(folder);

  test('has no faults, and names only what it has itself', () => {
    expect([...faults, ...referenceFaults(files, () => false)]).toEqual([]);
    expect(files.length).toBeGreaterThan(5);
  });

  test('is accepted by the schemas that its files name', () => {
    const ajv = addFormats(new Ajv({ strict: false }));
    const wrong = files.flatMap((file) => {
      const content = json(folder, file.path) as { $schema: string };
      const schema = json(path.dirname(path.join(folder, file.path)), content.$schema) as { $id: string };
      const validate = ajv.getSchema(schema.$id) ?? ajv.compile(schema);
      return validate(content) ? [] : [`${file.path}: ${ajv.errorsText(validate.errors)}`];
    });
    expect(wrong).toEqual([]);
  });

  test('begins every code with its name, so that all can live with one tenant', () => {
    const first = name.split('-')[0] ?? name;
    expect(files.filter(({ key }) => !key.startsWith(`${first}-`) && !key.startsWith(`${first}_`))).toEqual([]);
  });
});
