import type { Signal } from '@preact/signals';
import type { Category, FieldError } from '../api/client';
import { faultText, t } from '../i18n';
import { catalogueProblem, categories, lang } from '../state';
import { Failed } from '../ui/Notice';
import { beginCatalogue } from '../actions/begin';
import { nameOf } from '../tickets';

/** First the root, then, as far as the tree goes, which of its kinds. */
export function CategoryPicker({ value, error }: { value: Signal<string>; error: FieldError | undefined }) {
  const chain = chainOf(value.value);
  return (
    <fieldset class={error ? 'field wrong' : 'field'}>
      <legend>{t('report.what')}</legend>
      {catalogueProblem.value && <Failed problem={catalogueProblem.value} retry={() => void beginCatalogue()} />}
      <div class="choices">
        {childrenOf(null).map((root) => (
          <label key={root.id} class="choice">
            <input
              type="radio"
              name="category-root"
              value={root.id}
              checked={chain[0]?.id === root.id}
              onChange={() => (value.value = root.id)}
            />
            <span>{nameOf(root, lang.value)}</span>
          </label>
        ))}
      </div>
      {chain.map((one, depth) => (
        <Deeper key={one.id} parent={one} chosen={chain[depth + 1]?.id ?? ''} value={value} />
      ))}
      {error && (
        <p class="error" role="alert" data-fault="category">
          {faultText({ ...error, remedy: '' })}
        </p>
      )}
    </fieldset>
  );
}

function Deeper({ parent, chosen, value }: { parent: Category; chosen: string; value: Signal<string> }) {
  const children = childrenOf(parent.id);
  if (children.length === 0) return null;
  return (
    <select
      aria-label={t('report.which')}
      value={chosen}
      onChange={(event) => (value.value = event.currentTarget.value || parent.id)}
    >
      <option value="">{`${t('report.which')}: ${t('report.whichAny')}`}</option>
      {children.map((child) => (
        <option key={child.id} value={child.id}>
          {nameOf(child, lang.value)}
        </option>
      ))}
    </select>
  );
}

const childrenOf = (parent: string | null): Category[] =>
  categories.value.filter((one) => one.parent === parent && !one.retired);

/** From the root down to this category. */
function chainOf(id: string): Category[] {
  const own = categories.value.find((one) => one.id === id);
  if (!own) return [];
  return own.parent ? [...chainOf(own.parent), own] : [own];
}
