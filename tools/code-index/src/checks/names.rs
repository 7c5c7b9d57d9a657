//! Names that belong to a language, and packages whose import has another name.
//!
//! **Deliberately absent:** a registry. A package that is not in the tables is
//! taken to be imported by its own name.

/// Modules that come with some Python from 3.8 to 3.14, and what every
/// environment has.
const PYTHON: &str = "__future__ __main__ _ast _asyncio _bisect _blake2 _bz2 _codecs _collections \
_collections_abc _csv _ctypes _curses _datetime _decimal _elementtree _functools _hashlib _heapq \
_imp _io _json _locale _lzma _markupbase _multiprocessing _opcode _operator _osx_support _pickle \
_posixsubprocess _pydecimal _pyio _queue _random _sha1 _sha256 _signal _socket _sqlite3 _sre _ssl \
_stat _string _strptime _struct _symtable _thread _threading_local _tkinter _tracemalloc _typeshed \
_warnings _weakref _weakrefset _winapi _xxsubinterpreters abc aifc annotationlib antigravity argparse \
array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii binhex bisect builtins bz2 \
cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall \
compression concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses \
dataclasses datetime dbm decimal difflib dis distutils doctest dummy_threading email encodings \
ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch formatter fractions ftplib functools \
gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib \
imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale \
logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing \
netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev parser pathlib \
pdb pickle pickletools pip pipes pkg_resources pkgutil platform plistlib poplib posix posixpath pprint \
profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline \
reprlib resource rlcompleter runpy sched secrets select selectors setuptools shelve shlex shutil \
signal site sitecustomize smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile \
sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symbol symtable \
sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios test textwrap this threading time \
timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing \
unicodedata unittest urllib usercustomize uu uuid venv warnings wave weakref webbrowser winreg \
winsound wsgiref xdrlib xml xmlrpc xx xxlimited zipapp zipfile zipimport zlib zoneinfo";

const NODE: &str = "_http_agent _http_client _http_common _http_incoming _http_outgoing _http_server \
_stream_duplex _stream_passthrough _stream_readable _stream_transform _stream_writable _tls_common \
_tls_wrap assert async_hooks buffer child_process cluster console constants crypto dgram \
diagnostics_channel dns domain events fs http http2 https inspector module net os path perf_hooks \
process punycode querystring readline repl sea sqlite stream string_decoder sys test timers tls \
trace_events tty url util v8 vm wasi worker_threads zlib";

/// Modules that an editor, a runtime or a framework gives to what runs in it.
const HOSTS: &str = "bun client-only k6 server-only vscode";

/// Import and package, where they differ. Several rows of one import are
/// packages of which each brings it.
const PYTHON_PACKAGES: &[(&str, &str)] = &[
    ("Crypto", "pycryptodome"),
    ("Crypto", "pycrypto"),
    ("Cryptodome", "pycryptodomex"),
    ("Cython", "cython"),
    ("IPython", "ipython"),
    ("MySQLdb", "mysqlclient"),
    ("OpenGL", "pyopengl"),
    ("OpenSSL", "pyopenssl"),
    ("PIL", "pillow"),
    ("PIL", "pillow-simd"),
    ("Xlib", "python-xlib"),
    ("_cffi_backend", "cffi"),
    ("_pytest", "pytest"),
    ("_yaml", "pyyaml"),
    ("absl", "absl-py"),
    ("adodbapi", "pywin32"),
    ("apt", "python-apt"),
    ("attr", "attrs"),
    ("attrs", "attrs"),
    ("babel", "babel"),
    ("bs4", "beautifulsoup4"),
    ("bson", "pymongo"),
    ("cairo", "pycairo"),
    ("confluent_kafka", "confluent-kafka"),
    ("corsheaders", "django-cors-headers"),
    ("cpuinfo", "py-cpuinfo"),
    ("cv2", "opencv-python"),
    ("cv2", "opencv-python-headless"),
    ("cv2", "opencv-contrib-python"),
    ("cv2", "opencv-contrib-python-headless"),
    ("dateutil", "python-dateutil"),
    ("dbus", "dbus-python"),
    ("discord", "discord-py"),
    ("django", "django"),
    ("django_filters", "django-filter"),
    ("dns", "dnspython"),
    ("docx", "python-docx"),
    ("dotenv", "python-dotenv"),
    ("engineio", "python-engineio"),
    ("exceptiongroup", "exceptiongroup"),
    ("faiss", "faiss-cpu"),
    ("faiss", "faiss-gpu"),
    ("fitz", "pymupdf"),
    ("flask_cors", "flask-cors"),
    ("flask_sqlalchemy", "flask-sqlalchemy"),
    ("fuse", "fusepy"),
    ("genshi", "genshi"),
    ("gi", "pygobject"),
    ("git", "gitpython"),
    ("github", "pygithub"),
    ("gitlab", "python-gitlab"),
    ("google.api_core", "google-api-core"),
    ("google.auth", "google-auth"),
    ("google.genai", "google-genai"),
    ("google.generativeai", "google-generativeai"),
    ("google.oauth2", "google-auth"),
    ("google.protobuf", "protobuf"),
    ("google_auth_oauthlib", "google-auth-oauthlib"),
    ("googleapiclient", "google-api-python-client"),
    ("graphviz", "graphviz"),
    ("grpc", "grpcio"),
    ("grpc_tools", "grpcio-tools"),
    ("gssapi", "gssapi"),
    ("gym", "gym"),
    ("hydra", "hydra-core"),
    ("jinja2", "jinja2"),
    ("jose", "python-jose"),
    ("jwt", "pyjwt"),
    ("kafka", "kafka-python"),
    ("kafka", "kafka-python-ng"),
    ("kazoo", "kazoo"),
    ("ldap", "python-ldap"),
    ("levenshtein", "levenshtein"),
    ("Levenshtein", "python-levenshtein"),
    ("Levenshtein", "levenshtein"),
    ("llvmlite", "llvmlite"),
    ("lxml", "lxml"),
    ("magic", "python-magic"),
    ("markdown", "markdown"),
    ("markdown_it", "markdown-it-py"),
    ("memcache", "python-memcached"),
    ("mpl_toolkits", "matplotlib"),
    ("multipart", "python-multipart"),
    ("mysql", "mysql-connector-python"),
    ("nacl", "pynacl"),
    ("newrelic", "newrelic"),
    ("odf", "odfpy"),
    ("openssl", "pyopenssl"),
    ("osgeo", "gdal"),
    ("past", "future"),
    ("paho", "paho-mqtt"),
    ("parso", "parso"),
    ("peewee", "peewee"),
    ("pika", "pika"),
    ("pkg_resources", "setuptools"),
    ("pl_bolts", "lightning-bolts"),
    ("playhouse", "peewee"),
    ("pptx", "python-pptx"),
    ("prometheus_client", "prometheus-client"),
    ("psycopg2", "psycopg2"),
    ("psycopg2", "psycopg2-binary"),
    ("psycopg", "psycopg"),
    ("psycopg", "psycopg-binary"),
    ("pwiz", "peewee"),
    ("pylab", "matplotlib"),
    ("pymssql", "pymssql"),
    ("pytest_asyncio", "pytest-asyncio"),
    ("pythoncom", "pywin32"),
    ("pywintypes", "pywin32"),
    ("pyximport", "cython"),
    ("qtpy", "qtpy"),
    ("rapidjson", "python-rapidjson"),
    ("redis", "redis"),
    ("rest_framework", "djangorestframework"),
    ("rest_framework_simplejwt", "djangorestframework-simplejwt"),
    ("ruamel", "ruamel-yaml"),
    ("s3transfer", "s3transfer"),
    ("sass", "libsass"),
    ("scss", "pyscss"),
    ("serial", "pyserial"),
    ("simplejson", "simplejson"),
    ("skimage", "scikit-image"),
    ("sklearn", "scikit-learn"),
    ("slack", "slackclient"),
    ("slugify", "python-slugify"),
    ("slugify", "unicode-slugify"),
    ("snappy", "python-snappy"),
    ("socketio", "python-socketio"),
    ("socks", "pysocks"),
    ("speech_recognition", "speechrecognition"),
    ("sqlalchemy", "sqlalchemy"),
    ("statsd", "statsd"),
    ("steam", "steam"),
    ("telegram", "python-telegram-bot"),
    ("tensorflow", "tensorflow"),
    ("tensorflow", "tensorflow-cpu"),
    ("tensorflow", "tensorflow-gpu"),
    ("typing_extensions", "typing-extensions"),
    ("umap", "umap-learn"),
    ("usb", "pyusb"),
    ("vlc", "python-vlc"),
    ("websocket", "websocket-client"),
    ("werkzeug", "werkzeug"),
    ("win32api", "pywin32"),
    ("win32com", "pywin32"),
    ("win32con", "pywin32"),
    ("win32file", "pywin32"),
    ("win32gui", "pywin32"),
    ("wx", "wxpython"),
    ("xgboost", "xgboost"),
    ("xmlschema", "xmlschema"),
    ("yaml", "pyyaml"),
    ("yaml", "ruamel-yaml"),
    ("zmq", "pyzmq"),
    ("zope.interface", "zope-interface"),
];

/// Crates whose library has another name.
const CRATES: &[(&str, &str)] = &[
    ("md5", "md-5"),
    ("sha1", "sha-1"),
    ("ini", "rust-ini"),
    ("crypto", "rust-crypto"),
    ("argon2", "rust-argon2"),
    ("debug_unreachable", "new_debug_unreachable"),
    ("xml", "xml-rs"),
    ("xdg", "xdg"),
    ("liquid", "liquid"),
    ("magick_rust", "magick_rust"),
    ("sass_rs", "sass-rs"),
    ("escargot", "escargot"),
];

fn holds(list: &str, name: &str) -> bool {
    list.split(' ').any(|one| one == name)
}

pub(crate) fn is_python_standard(module: &str) -> bool {
    holds(PYTHON, module)
}

/// A module of Node, with or without its scheme, or of another runtime.
pub(crate) fn is_node_builtin(module: &str) -> bool {
    let first = module.split('/').next().unwrap_or(module);
    holds(NODE, first) || holds(HOSTS, first)
}

pub(crate) fn is_rust_standard(name: &str) -> bool {
    matches!(name, "std" | "core" | "alloc" | "proc_macro" | "test")
}

/// The package index compares names so.
pub(crate) fn normal(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

/// Packages that may bring a module of Python, in normal form.
pub(crate) fn python_packages_of(module: &str) -> Vec<String> {
    let mut parts = String::new();
    let mut all = Vec::new();
    for (count, part) in module.split('.').take(4).enumerate() {
        if count > 0 {
            parts.push('.');
        }
        parts.push_str(part);
        let of_table = PYTHON_PACKAGES.iter().filter(|(import, _)| *import == parts);
        all.extend(of_table.map(|(_, package)| (*package).to_owned()));
        all.push(normal(&parts));
    }
    let first = normal(module.split('.').next().unwrap_or(module));
    for (before, after) in [("python-", ""), ("py-", ""), ("py", ""), ("", "-python"), ("", "-py")]
    {
        all.push(format!("{before}{first}{after}"));
    }
    all
}

/// Modules that a package of Python may bring.
pub(crate) fn python_modules_of(package: &str) -> Vec<String> {
    let package = normal(package);
    let of_table = PYTHON_PACKAGES.iter().filter(|(_, its)| *its == package);
    let mut all: Vec<String> = of_table.map(|(import, _)| (*import).to_owned()).collect();
    all.push(package.replace('-', "_"));
    all.push(package.replace('-', "."));
    for start in ["python-", "py-", "py", "django-"] {
        all.extend(package.strip_prefix(start).map(|rest| rest.replace('-', "_")));
    }
    for end in ["-python", "-py"] {
        all.extend(package.strip_suffix(end).map(|rest| rest.replace('-', "_")));
    }
    all.retain(|name| name.len() > 1);
    all
}

/// The name by which code calls a crate.
pub(crate) fn library_of(package: &str) -> String {
    let known = CRATES.iter().find(|(_, its)| *its == package);
    known.map_or_else(|| package.replace('-', "_"), |(library, _)| (*library).to_owned())
}

/// The package of a module of npm: `@scope/name/deep` is `@scope/name`.
pub(crate) fn npm_package(module: &str) -> &str {
    let parts = if module.starts_with('@') { 2 } else { 1 };
    match module.match_indices('/').nth(parts - 1) {
        Some((at, _)) => &module[..at],
        None => module,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_lead_to_their_packages() {
        for (module, package) in [
            ("yaml", "pyyaml"),
            ("PIL.Image", "pillow"),
            ("google.cloud.storage", "google-cloud-storage"),
            ("typing_extensions", "typing-extensions"),
            ("requests", "requests"),
            ("dateutil.parser", "python-dateutil"),
        ] {
            let all = python_packages_of(module);
            assert!(all.contains(&package.to_owned()), "{module}: {all:?}");
            let back = python_modules_of(package);
            let first = module.split('.').next().unwrap();
            assert!(back.iter().any(|name| name.starts_with(first)), "{package}: {back:?}");
        }
        assert_eq!(npm_package("@scope/name/deep"), "@scope/name");
        assert_eq!(npm_package("lodash/fp"), "lodash");
        assert!(is_node_builtin("fs/promises") && !is_node_builtin("fs-extra"));
        assert!(is_python_standard("tomllib") && !is_python_standard("toml"));
    }
}
