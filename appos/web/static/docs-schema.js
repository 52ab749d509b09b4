// Schemas of the description: as text to read, and as an example to begin with.
"use strict";

const DEEPEST = 5;

class Schemas {
  constructor(components) {
    this.components = components;
  }

  resolved(schema) {
    let found = schema ?? {};
    while (found.$ref) found = this.components[found.$ref.split("/").pop()] ?? {};
    return found;
  }

  name(schema) {
    if (schema?.$ref) return this.nameOf(schema.$ref);
    if (schema?.enum) return schema.enum.map((each) => JSON.stringify(each)).join(" | ");
    const several = schema?.anyOf ?? schema?.oneOf;
    if (several) return several.map((each) => this.name(each)).join(" | ");
    if (schema?.type === "array") return `${this.name(schema.items ?? {})}[]`;
    if (schema?.type === "object" && schema.additionalProperties?.type) return `{[name]: ${this.name(schema.additionalProperties)}}`;
    return schema?.type ?? "anything";
  }

  nameOf(reference) {
    return reference.split("/").pop().replace(/^Page_(.*)_$/, "Page of $1");
  }

  // Lines such as `state: "running" | "exited"`, with what stands beneath them further in.
  text(schema, depth = 0) {
    const found = this.resolved(schema);
    if (found.enum || !found.properties) {
      const items = found.type === "array" ? found.items : null;
      return items?.$ref && depth < DEEPEST ? `${this.name(schema)}\n${this.text(items, depth + 1)}` : this.name(found);
    }
    const indent = "  ".repeat(depth);
    const lines = Object.entries(found.properties).map(([name, property]) => {
      const mark = found.required?.includes(name) ? "" : "?";
      const beneath = this.beneath(property);
      const more = beneath && depth < DEEPEST ? `\n${this.text(beneath, depth + 1)}` : "";
      return `${indent}${name}${mark}: ${this.name(property)}${this.limits(property)}${more}`;
    });
    return lines.join("\n");
  }

  // What has properties of its own in a property: itself, its items, or one of several.
  beneath(property) {
    const candidates = [property, property.items, ...(property.anyOf ?? [])];
    return candidates.find((each) => each && this.resolved(each).properties);
  }

  limits(property) {
    const said = [];
    if (property.minimum !== undefined) said.push(`from ${property.minimum}`);
    if (property.maximum !== undefined) said.push(`to ${property.maximum}`);
    return said.length ? ` (${said.join(" ")})` : "";
  }

  // A body to begin with: all that is required, and what has no default.
  example(schema, depth = 0) {
    const found = this.resolved(schema);
    if ("default" in (schema ?? {})) return schema.default;
    if (found.enum) return found.enum[0];
    if (found.anyOf) return this.example(found.anyOf[0], depth);
    if (found.properties) {
      if (depth > DEEPEST) return {};
      return Object.fromEntries(
        Object.entries(found.properties).map(([name, property]) => [name, this.example(property, depth + 1)]),
      );
    }
    return { string: "", integer: found.minimum ?? 0, number: found.minimum ?? 0, boolean: false, array: [], object: {} }[found.type] ?? null;
  }
}
