import lwc from '@salesforce/eslint-config-lwc';

export default [...lwc.configs.recommended, { linterOptions: { reportUnusedDisableDirectives: 'error' } }];
