/** jsPsych's names for the types of plug-in parameters; a module cannot import them from its classic script. */

export const ParameterType = Object.freeze({
  BOOL: 0,
  STRING: 1,
  INT: 2,
  FLOAT: 3,
  FUNCTION: 4,
  OBJECT: 12,
});
