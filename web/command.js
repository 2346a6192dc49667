// The command line that does the same; clfnet.serve.api.commands.

const FLAGS = new Set(["stretch", "invert"]);

/** As shlex.quote has it. @param {string} word */
const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`);

/** @param {string} infrared a file's name @param {string} visible @param {Record<string, string>} fields */
export function cliLine(infrared, visible, fields) {
  const options = Object.entries(fields).flatMap(([name, value]) => {
    const option = `--${name.replaceAll("_", "-")}`;
    return FLAGS.has(name) ? [option] : [option, value];
  });
  return ["clfnet", "fuse", infrared, visible, "-o", "fused.png", ...options].map(quoted).join(" ");
}
