import { useId } from "preact/hooks";
import { Button } from "../../inspector-ui/parts/basics.tsx";
import { corsRules } from "../storage/cors-rules.ts";
import { enterKeys, type Place } from "../storage/place.ts";

interface BucketFormProps {
  /** The place that is open; a bucket fills the form. */
  readonly place: Place;
  readonly isBusy: boolean;
  readonly onSubmit: (place: Place) => void;
}

/** Asks for a bucket and its keys. The keys are given to the store in memory, and to nothing else. */
export const BucketForm = ({ place, isBusy, onSubmit }: BucketFormProps) => {
  const known = place.kind === "s3" ? place : { endpoint: "", region: "us-east-1", bucket: "", prefix: "" };
  const submit = (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string): string => String(data.get(name) ?? "").trim();
    const bucket: Place = {
      kind: "s3",
      endpoint: text("endpoint"),
      region: text("region"),
      bucket: text("bucket"),
      prefix: text("prefix").replace(/^\/+|\/+$/g, ""),
    };
    const sessionToken = text("sessionToken");
    enterKeys(bucket, {
      accessKeyId: text("accessKeyId"),
      secretAccessKey: text("secretAccessKey"),
      ...(sessionToken === "" ? {} : { sessionToken }),
    });
    onSubmit(bucket);
  };
  return (
    <form class="card bucket" onSubmit={submit}>
      <div class="pad stack">
        <Field name="endpoint" label="Endpoint" hint="Empty for AWS" type="url" value={known.endpoint} placeholder="https://s3.example" />
        <div class="pair">
          <Field name="bucket" label="Bucket" value={known.bucket} required />
          <Field name="region" label="Region" value={known.region} required />
        </div>
        <Field name="prefix" label="Folder" hint="Empty for the whole bucket" value={known.prefix} />
        <div class="pair">
          <Field name="accessKeyId" label="Access key" required />
          <Field name="secretAccessKey" label="Secret key" type="password" required />
        </div>
        <Field name="sessionToken" label="Session token" hint="Only of temporary keys" type="password" />
        <p class="sm dim">Keys stay in the memory of this tab: they are not stored, and not part of an export.</p>
        <details>
          <summary class="sm dim">CORS rules that the bucket needs</summary>
          <pre class="code">{corsRules()}</pre>
        </details>
        <div class="row">
          <Button look="primary" type="submit" disabled={isBusy}>
            {isBusy ? "Connecting…" : "Connect"}
          </Button>
        </div>
      </div>
    </form>
  );
};

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly type?: "text" | "password" | "url";
  readonly value?: string;
  readonly placeholder?: string;
  readonly required?: boolean;
}

const Field = ({ name, label, hint, type = "text", value = "", placeholder, required = false }: FieldProps) => {
  const id = useId();
  return (
    <div class="form-field">
      <label for={id}>
        {label}
        {hint !== undefined && <span class="sm faint"> {hint}</span>}
      </label>
      <input
        id={id}
        name={name}
        // The types of the other attributes are those of each kind of field.
        type={type as "text"}
        defaultValue={value}
        placeholder={placeholder}
        required={required}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
      />
    </div>
  );
};
