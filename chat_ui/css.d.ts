// A style sheet is imported as its text: bundle.js sees to it.
declare module "*.css" {
  const text: string;
  export default text;
}
