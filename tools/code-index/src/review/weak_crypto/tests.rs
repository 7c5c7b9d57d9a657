//! True and false examples of weak cryptography.

use super::*;
use crate::review::tests::{check, with};

#[test]
fn true_and_false_examples() {
    check(
        ID,
        &[
            (
                "a.py",
                "import hashlib\nfrom hashlib import sha1\ndef hash_password(p):\n    return hashlib.md5(p).hexdigest()  # !!\nx = sha1(data)  # !!\ny = hashlib.new('md5', data)  # !!\n",
            ),
            (
                "a.py",
                "import hashlib\nhashlib.sha256(x)\nhashlib.md5(x, usedforsecurity=False)\netag = hashlib.md5(body).hexdigest()\n# hashlib.md5(x)\ns = 'hashlib.md5(x)'\n",
            ),
            (
                "a.py",
                "import requests, ssl, random\nrequests.get(u, verify=False)  # !!\nctx.verify_mode = ssl.CERT_NONE  # !!\ntoken = random.choice(letters)  # !!\nrequests.get(u, verify=path)\ncolor = random.choice(colors)\ncipher = AES.new(key, AES.MODE_ECB)  # !!\ncipher = AES.new(key, AES.MODE_GCM)\nk = rsa.generate_private_key(65537, key_size=1024)  # !!\nk = rsa.generate_private_key(65537, key_size=2048)\n",
            ),
            (
                "a.ts",
                "import crypto from 'crypto';\nconst signature = crypto.createHash('md5').update(x); // !!\nconst id = crypto.createHash('sha256');\nconst token = Math.random().toString(36); // !!\nconst left = Math.random() * 10;\nconst agent = new https.Agent({ rejectUnauthorized: false }); // !!\nconst c = crypto.createCipheriv('des-ede3-cbc', k, iv); // !!\nconst d = crypto.createCipheriv('aes-256-gcm', k, iv);\n",
            ),
            (
                "a.go",
                "package a\nimport (\n\t\"crypto/md5\"\n\t\"math/rand\"\n)\nfunc a() {\n\th := md5.New() // !!\n\ttoken := rand.Int() // !!\n\tdelay := rand.Int()\n\tc := &tls.Config{InsecureSkipVerify: true} // !!\n\td := &tls.Config{InsecureSkipVerify: skip}\n\t_, _ = rsa.GenerateKey(r, 1024)\n}\n",
            ),
            (
                "a.go",
                "package a\nimport (\n\t\"crypto/rand\"\n\t\"crypto/sha256\"\n)\nfunc a() {\n\th := sha256.New()\n\ttoken := rand.Int(rand.Reader, max)\n}\n",
            ),
            (
                "A.java",
                "class A {\n  void a() {\n    MessageDigest m = MessageDigest.getInstance(\"MD5\"); // !!\n    Cipher c = Cipher.getInstance(\"AES/ECB/PKCS5Padding\"); // !!\n    Cipher d = Cipher.getInstance(\"AES/GCM/NoPadding\");\n    MessageDigest n = MessageDigest.getInstance(\"SHA-256\");\n    String token = \"\" + new Random().nextInt(); // !!\n    int delay = new Random().nextInt();\n  }\n}\n",
            ),
            (
                "a.kt",
                "fun a() {\n  val m = MessageDigest.getInstance(\"MD5\") // !!\n  val n = MessageDigest.getInstance(\"SHA-256\")\n}\n",
            ),
            (
                "a.c",
                "void a(void) {\n  MD5(d, n, out); /* !!*/ // !!\n  SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, 0); // !!\n  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, 0);\n  SHA256(d, n, out);\n}\n",
            ),
            (
                "a.cpp",
                "void a() {\n  auto c = EVP_des_cbc(); // !!\n  auto d = EVP_aes_256_gcm();\n  curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 0L); // !!\n}\n",
            ),
            (
                "a.rs",
                "fn a() {\n    let mut h = Md5::new(); // !!\n    let s = Sha256::new();\n    let c = Client::builder().danger_accept_invalid_certs(true).build(); // !!\n    let d = Client::builder().danger_accept_invalid_certs(false);\n}\n",
            ),
            (
                "a.rb",
                "a = Digest::MD5.hexdigest(password) # !!\nb = Digest::SHA256.hexdigest(x)\nh.verify_mode = OpenSSL::SSL::VERIFY_NONE # !!\n",
            ),
            (
                "a.php",
                "<?php\n$hash = md5($password); // !!\n$hash = password_hash($password, PASSWORD_DEFAULT);\n$key = md5($cacheKey . $file);\n$token = mt_rand(); // !!\n",
            ),
            (
                "a.cs",
                "class A {\n  void B() {\n    var m = MD5.Create(); // !!\n    var s = SHA256.Create();\n    aes.Mode = CipherMode.ECB; // !!\n  }\n}\n",
            ),
        ],
    );
}

#[test]
fn the_purpose_tells_how_bad_it_is() {
    let severity = |text: &str| with("a.py", text, |_| {})[0].severity;
    assert_eq!(severity("import hashlib\nhashlib.md5(password)\n"), Severity::Error);
    assert_eq!(severity("import hashlib\nhashlib.md5(data)\n"), Severity::Note);
    assert!(names_secret("hash_password") && names_secret("newOtp") && names_secret("user_salt"));
    assert!(!names_secret("ShouldNotPanic") && !names_secret("basalt"));
}
