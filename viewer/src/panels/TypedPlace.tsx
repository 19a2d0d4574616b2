import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n';
import { place } from '../state';
import { systemName, systems } from '../systems';
import { Field } from '../ui/Field';

/** A place by its coordinates in a named system; projected systems by their EPSG number. */
export function TypedPlace() {
  const lon = useSignal(String(place.peek()?.lon ?? ''));
  const lat = useSignal(String(place.peek()?.lat ?? ''));
  const system = useSignal<string>(place.peek()?.system ?? 'wgs84');
  const epsg = useSignal('');
  const projected = system.value === 'EPSG';
  const named = projected ? `EPSG:${epsg.value}` : system.value;

  useEffect(() => {
    const given = [lon.value, lat.value].map((text) => (text.trim() === '' ? Number.NaN : Number(text)));
    const [x = Number.NaN, y = Number.NaN] = given;
    const ready = Number.isFinite(x) && Number.isFinite(y) && (!projected || epsg.value !== '');
    place.value = ready ? { lon: x, lat: y, system: named } : null;
  }, [lon.value, lat.value, named]);

  return (
    <div class="typed">
      <Field label={t('report.system')}>
        {(attributes) => (
          <select {...attributes} value={system.value} onChange={(event) => (system.value = event.currentTarget.value)}>
            {systems.map((id) => (
              <option key={id} value={id}>
                {systemName(id)}
              </option>
            ))}
            <option value="EPSG">{t('report.other')}</option>
          </select>
        )}
      </Field>
      {projected && <Entry label={t('report.epsg')} name="epsg" value={epsg} />}
      <div class="pair">
        <Entry label={t(projected ? 'report.east' : 'report.lon')} name="lon" value={lon} />
        <Entry label={t(projected ? 'report.north' : 'report.lat')} name="lat" value={lat} />
      </div>
    </div>
  );
}

function Entry({ label, name, value }: { label: string; name: string; value: { value: string } }) {
  return (
    <Field label={label}>
      {(attributes) => (
        <input
          {...attributes}
          name={name}
          inputMode="decimal"
          autocomplete="off"
          value={value.value}
          onInput={(event) => (value.value = event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
