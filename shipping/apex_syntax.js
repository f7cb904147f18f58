// node apex_syntax.js <file>...: says what the parser does not understand; exit 1 if there is anything.

import { readFileSync } from 'node:fs';
import { ApexErrorListener, ApexParserFactory } from '@apexdevtools/apex-parser';

class Problems extends ApexErrorListener {
    constructor(file) {
        super();
        this.file = file;
        this.count = 0;
    }

    apexSyntaxError(line, column, message) {
        this.count += 1;
        console.log(`${this.file}:${line}:${column}: ${message}`);
    }
}

function problemsOf(file) {
    const problems = new Problems(file);
    const { parser } = ApexParserFactory.createLexerAndParser(readFileSync(file, 'utf8'), problems);
    if (file.endsWith('.trigger')) {
        parser.triggerUnit();
    } else {
        parser.compilationUnit();
    }
    return problems.count;
}

const found = process.argv.slice(2).map(problemsOf);
process.exitCode = found.some((count) => count > 0) ? 1 : 0;
