//! True and false examples of injection.

use super::*;
use crate::review::Severity;
use crate::review::tests::{check, with};

#[test]
fn sql() {
    check(
        ID,
        &[
            (
                "a.py",
                "cur.execute(f\"SELECT * FROM t WHERE n = '{name}'\")  # !!\ncur.execute('SELECT * FROM t WHERE n = %s' % name)  # !!\ncur.execute('SELECT * FROM t WHERE n = ' + name)  # !!\ncur.execute('DELETE FROM t WHERE n = {}'.format(name))  # !!\n",
            ),
            (
                "a.py",
                "def a(name):\n    query = f\"SELECT * FROM t WHERE n = '{name}'\"\n    cursor.execute(query)  # !!\n    query = 'SELECT * FROM t WHERE n = %s'\n    cursor.execute(query, (name,))\n",
            ),
            (
                "a.py",
                "cur.execute('SELECT * FROM t WHERE n = %s', (name,))\ncur.execute('SELECT 1 ' + 'FROM t')\ncur.execute(f'SELECT * FROM {TABLE} WHERE n = ?', [n])\ncur.execute(f'SELECT * FROM t LIMIT {int(n)}')\nlog.info(f\"SELECT * FROM t WHERE n = '{name}'\")\n# cur.execute(f\"SELECT * FROM t WHERE n = '{name}'\")\n",
            ),
            (
                "a.py",
                "def a(ids, cols):\n    marks = ','.join('?' * len(ids))\n    cur.execute(f'SELECT * FROM t WHERE id IN ({marks})', ids)\n    more = ', '.join(['%s'] * len(ids))\n    cur.execute(f'SELECT * FROM t WHERE id IN ({more})', ids)\n    cur.execute('SELECT * FROM t WHERE id IN (%s)' % ','.join('?' for _ in ids), ids)\n    cur.execute('SELECT * FROM t WHERE ' + ' AND '.join(cols))  # !!\n",
            ),
            (
                "a.ts",
                "const marks = ids.map((_, at) => `$${at + 1}`).join(', ');\ndb.query(`SELECT * FROM t WHERE id IN (${marks})`, ids);\ndb.query(`SELECT * FROM t WHERE id IN (${ids.map(() => '?').join(',')})`, ids);\ndb.query(`SELECT * FROM t WHERE id IN (${ids.join(',')})`); // !!\n",
            ),
            (
                "A.java",
                "class A {\n  void a(String name) {\n    StringBuilder sb = new StringBuilder(\"SELECT * FROM t WHERE n = '\");\n    sb.append(name).append(\"'\");\n    st.executeQuery(sb.toString()); // !!\n    StringBuilder ok = new StringBuilder(\"SELECT * FROM t\");\n    ok.append(\" WHERE n = ?\");\n    st.executeQuery(ok.toString());\n  }\n}\n",
            ),
            (
                "a.ts",
                "db.query(`SELECT * FROM t WHERE n = '${name}'`); // !!\ndb.query('SELECT * FROM t WHERE n = ' + name); // !!\nprisma.$queryRawUnsafe(`SELECT * FROM t WHERE n = ${name}`); // !!\n",
            ),
            (
                "a.ts",
                "db.query('SELECT * FROM t WHERE n = $1', [name]);\nprisma.$queryRaw`SELECT * FROM t WHERE n = ${name}`;\ndb.query(sql`SELECT * FROM t WHERE n = ${name}`);\nconst re = /x/; re.exec(`${name} from`);\n",
            ),
            (
                "a.go",
                "package a\nfunc a() {\n\tq := fmt.Sprintf(\"SELECT * FROM t WHERE n = '%s'\", name)\n\tdb.Query(q) // !!\n\tdb.QueryRowContext(ctx, \"SELECT * FROM t WHERE n = \" + name) // !!\n\tdb.Query(\"SELECT * FROM t WHERE n = ?\", name)\n\tdb.Exec(fmt.Sprintf(\"DELETE FROM t WHERE id = %d\", id))\n}\n",
            ),
            (
                "A.java",
                "class A {\n  void a(String name) {\n    st.executeQuery(\"SELECT * FROM t WHERE n = '\" + name + \"'\"); // !!\n    String q = String.format(\"DELETE FROM t WHERE n = %s\", name);\n    st.executeUpdate(q); // !!\n    PreparedStatement p = c.prepareStatement(\"SELECT * FROM t WHERE n = ?\");\n  }\n}\n",
            ),
            (
                "a.rs",
                "fn a() {\n    sqlx::query(&format!(\"SELECT * FROM t WHERE n = '{name}'\")).fetch_one(p); // !!\n    conn.execute(&format!(\"DELETE FROM t WHERE n = {}\", name), []); // !!\n    conn.execute(\"DELETE FROM t WHERE n = ?1\", [name]);\n    conn.execute(&format!(\"DELETE FROM {}\", TABLE), []);\n}\n",
            ),
            ("a.c", "void a(char *n) { sqlite3_exec(db, \"DELETE FROM t\", 0, 0, 0); }\n"),
            (
                "a.cpp",
                "void a(std::string n) {\n  std::string q = \"SELECT * FROM t WHERE n = '\" + n + \"'\";\n  sqlite3_exec(db, q.c_str(), 0, 0, 0); // !!\n  sqlite3_exec(db, \"SELECT 1 FROM t\", 0, 0, 0);\n}\n",
            ),
            (
                "a.rb",
                "conn.execute(\"SELECT * FROM t WHERE n = '#{name}'\") # !!\nconn.execute('SELECT * FROM t WHERE n = ?', name)\n",
            ),
            (
                "a.php",
                "<?php\nmysqli_query($db, \"SELECT * FROM t WHERE n = '$name'\"); // !!\n$pdo->query('SELECT * FROM t WHERE n = ' . $name); // !!\n$pdo->prepare('SELECT * FROM t WHERE n = ?');\n",
            ),
            (
                "a.cs",
                "class A {\n  void B() {\n    var c = new SqlCommand($\"SELECT * FROM t WHERE n = '{name}'\"); // !!\n    var d = new SqlCommand(\"SELECT * FROM t WHERE n = @n\");\n  }\n}\n",
            ),
            (
                "a.kt",
                "fun a(name: String) {\n  st.executeQuery(\"SELECT * FROM t WHERE n = '$name'\") // !!\n  st.executeQuery(\"SELECT * FROM t WHERE n = ?\")\n}\n",
            ),
        ],
    );
}

#[test]
fn shells() {
    check(
        ID,
        &[
            (
                "a.py",
                "import os, subprocess\nos.system('rm ' + path)  # !!\nsubprocess.run(f'ls {path}', shell=True)  # !!\nsubprocess.run(['ls', path])\nsubprocess.run('ls', shell=True)\nsubprocess.run(f'ls {path}'.split())\nsubprocess.run(['sh', '-c', f'ls {path}'])  # !!\nsubprocess.run(['sh', '-c', 'ls'])\nos.system(f'ls {shlex.quote(path)}')\n",
            ),
            (
                "a.ts",
                "import { spawn } from 'node:child_process';\nspawn('sh', ['-c', `ls ${path}`]); // !!\nspawn('sh', ['-c', 'ls']);\nspawn('ls', ['-c', path]);\n",
            ),
            (
                "a.js",
                "const { exec } = require('child_process');\nexec(`ls ${path}`); // !!\nexec('ls');\nexecFile('ls', [path]);\npattern.exec(path + 'x');\n",
            ),
            (
                "a.go",
                "package a\nimport \"os/exec\"\nfunc a() {\n\texec.Command(\"sh\", \"-c\", \"ls \"+path) // !!\n\texec.Command(\"ls\", path)\n\texec.Command(\"sh\", \"-c\", \"ls\")\n}\n",
            ),
            (
                "a.rs",
                "fn a() {\n    Command::new(\"sh\").arg(\"-c\").arg(format!(\"ls {path}\")).spawn(); // !!\n    Command::new(\"ls\").arg(format!(\"{path}\")).spawn();\n    Command::new(\"sh\").arg(\"-c\").arg(\"ls\").spawn();\n}\n",
            ),
            (
                "A.java",
                "class A {\n  void a(String p) {\n    Runtime.getRuntime().exec(\"ls \" + p); // !!\n    new ProcessBuilder(\"sh\", \"-c\", \"ls \" + p); // !!\n    new ProcessBuilder(\"ls\", p);\n    Runtime.getRuntime().exec(\"ls\");\n  }\n}\n",
            ),
            ("a.c", "void a(char *cmd) {\n  system(cmd); // !!\n  system(\"ls\");\n}\n"),
            (
                "a.cpp",
                "void a(std::string p) {\n  std::system((\"ls \" + p).c_str()); // !!\n  popen(\"ls\", \"r\");\n}\n",
            ),
            ("a.rb", "system(\"ls #{path}\") # !!\n`ls #{path}` # !!\nsystem('ls', path)\n`ls`\n"),
            (
                "a.php",
                "<?php\nexec(\"ls \" . $path); // !!\nshell_exec('ls ' . escapeshellarg($path));\nexec('ls');\n",
            ),
            (
                "a.cs",
                "class A {\n  void B() {\n    Process.Start(\"cmd.exe\", \"/c \" + x); // !!\n    Process.Start(\"ls\", x);\n  }\n}\n",
            ),
            (
                "a.kt",
                "fun a(p: String) {\n  Runtime.getRuntime().exec(\"ls $p\") // !!\n  Runtime.getRuntime().exec(\"ls\")\n}\n",
            ),
        ],
    );
}

#[test]
fn code_and_markup() {
    check(
        ID,
        &[
            (
                "a.py",
                "eval(text)  # !!\neval('1 + 1')\nmodel.eval()\nself.exec(text)\nmark_safe(f'<b>{name}</b>')  # !!\nmark_safe('<b>x</b>')\n",
            ),
            (
                "a.ts",
                "eval(text); // !!\nnew Function('a', body); // !!\nnode.innerHTML = '<b>' + name; // !!\nnode.innerHTML = '';\nnode.textContent = name;\nnode.innerHTML = DOMPurify.sanitize(name);\ndocument.write(name); // !!\n",
            ),
            (
                "a.tsx",
                "const a = <p dangerouslySetInnerHTML={{ __html: text }} />; // !!\nconst b = <p dangerouslySetInnerHTML={{ __html: '<b>x</b>' }} />;\n",
            ),
            ("a.php", "<?php\neval($code); // !!\neval('1;');\n"),
            ("a.rb", "eval(code) # !!\neval('1')\n"),
        ],
    );
}

#[test]
fn names_of_tables_weigh_less_than_values() {
    let severity = |text: &str| with("src/a.py", text, |_| {})[0].severity;
    assert_eq!(severity("cur.execute(f'SELECT * FROM {table} WHERE a = 1')\n"), Severity::Note);
    assert_eq!(severity("cur.execute(f'SELECT * FROM t WHERE a = {a}')\n"), Severity::Error);
    assert_eq!(
        severity("cur.execute(f\"INSERT INTO t VALUES ('{a}', '{b}')\")\n"),
        Severity::Error
    );
}
