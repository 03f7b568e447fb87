// What the files of a module may import beside each other: see widgets/panel/modules.py.

declare module "*?text" {
  const text: string;
  export default text;
}
