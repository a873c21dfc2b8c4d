namespace DbVc.SystemTests;

/// <summary>Code that does what no pipeline has any business with, that does not compile, that nobody could look after, that is slow or rolls dice.</summary>
internal static class FaultyPrograms
{
    private const string Loop = "            sink.Begin(reader.Record);\n            if (records.Take()) sink.Accept();";

    private static IReadOnlyList<Fault> Forbidden { get; } =
    [
        Says("a file is read", "System.IO.File.ReadAllText(\"/etc/passwd\")"),
        Says("a file is written", "System.IO.File.AppendText(\"/tmp/x\").ToString()"),
        Says("a file by its stream", "new System.IO.FileStream(\"/etc/hosts\", System.IO.FileMode.Open).Name"),
        Says("a folder is listed", "string.Join(\",\", System.IO.Directory.GetFiles(\"/\"))"),
        Says("a path is made", "System.IO.Path.GetTempPath()"),
        Says("a process is started", "System.Diagnostics.Process.Start(\"sh\").ToString()"),
        Says("a socket", "new System.Net.Sockets.TcpClient(\"example.org\", 80).ToString()"),
        Says("a name is looked up", "System.Net.Dns.GetHostName()"),
        Says("a page is fetched", "new System.Net.Http.HttpClient().GetStringAsync(\"http://example.org\").ToString()"),
        Says("the environment", "System.Environment.GetEnvironmentVariable(\"PATH\")"),
        Says("the machine's name", "System.Environment.MachineName"),
        Says("a type by its name", "System.Type.GetType(\"System.IO.File\")?.Name"),
        Says("a type by an object", "new object().GetType().Name"),
        Says("a type by typeof", "typeof(string).Assembly.FullName"),
        Says("an object by its type", "System.Activator.CreateInstance(\"System.Net.Http\", \"System.Net.Http.HttpClient\")?.ToString()"),
        Says("an assembly is loaded", "System.Reflection.Assembly.Load(\"System.Net.Http\").FullName"),
        Says("a library is loaded", "System.Runtime.InteropServices.NativeLibrary.Load(\"libc\").ToString(System.Globalization.CultureInfo.InvariantCulture)"),
        Says("memory by hand", "System.Runtime.InteropServices.Marshal.PtrToStringUTF8(0)"),
        Says("types are bent", "System.Runtime.CompilerServices.Unsafe.As<object, string>(ref s_anything)", "private static object s_anything = \"\";"),
        Says("a thread", "new System.Threading.Thread(() => { }).Name"),
        Says("a task", "System.Threading.Tasks.Task.Run(() => 1).ToString()"),
        Says("the console", "System.Console.ReadLine()"),
        Says("code from an expression", "System.Linq.Expressions.Expression.Constant(1).ToString()"),
        Says("dynamic", "((dynamic)\"a\").Normalize()"),
        Says("the collector", "System.GC.GetTotalMemory(false).ToString(System.Globalization.CultureInfo.InvariantCulture)"),
        Says("SQL built from a value", "\"INSERT INTO log VALUES ('\" + value + \"')\""),
        Says("SQL formatted from a value", "$\"DELETE FROM orders WHERE email = '{value}'\""),
        Says("SQL put together later", "new System.Text.StringBuilder(\"UPDATE orders SET note = '\").Append(value).Append(\"'\").ToString()"),
        Says("a password", "\"Server=db;User Id=sa;Password=hunter2hunter2\""),
        Says("a key of a cloud", "\"AKIAIOSFODNN7EXAMPLE\" + \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\""),
        Says("a token", "\"ghp_16C7e42F292c6912E7710c838347Ae178B4a\""),
        Member("a native function",
            "[System.Runtime.InteropServices.DllImport(\"libc\")]\nprivate static extern int getpid();\n\npublic static int Pid() => getpid();"),
        Member("pointers", "public static unsafe int Peek(int* at) => *at;"),
        Member("a private member of the runtime",
            "[System.Runtime.CompilerServices.UnsafeAccessor(System.Runtime.CompilerServices.UnsafeAccessorKind.Method, Name = \"MemberwiseClone\")]\n"
            + "public static extern object Clone(object other);"),
        Member("code that runs when it is loaded",
            "[System.Runtime.CompilerServices.ModuleInitializer]\ninternal static void Begin() => s_begun++;\n\nprivate static int s_begun;"),
        Aliased("a file under another name", "using Hidden = System.IO.File;", "Hidden.ReadAllText(\"/etc/passwd\")"),
        Aliased("the members of a file without its name", "using static System.IO.File;", "ReadAllText(\"/etc/passwd\")"),
        Aliased("a process under another name", "using P = System.Diagnostics.Process;", "P.GetCurrentProcess().ProcessName"),
    ];

    private static IReadOnlyList<Fault> Untidy { get; } =
    [
        Lint("a using that nobody needs", branch => branch.Edit(SeededBranch.Validators, "using System;\n", "using System;\nusing System.Text;\n")),
        Lint("an exception is swallowed", branch => branch.AddMember(SeededBranch.Validators,
            "public static int Try(string text)\n{\n    try\n    {\n        return text.Length;\n    }\n    catch\n    {\n    }\n\n    return 0;\n}")),
        Lint("a method of a hundred lines", branch => branch.AddMember(SeededBranch.Validators,
            "public static int Long(int number)\n{\n" + string.Concat(Enumerable.Repeat("    number += 1;\n", 100)) + "    return number;\n}")),
        Lint("twenty ways through a method", branch => branch.AddMember(SeededBranch.Validators,
            "public static int Ways(int number)\n{\n" + string.Concat(Enumerable.Range(0, 20).Select(n => $"    if (number == {n}) return {n + 1};\n"))
            + "    return number;\n}")),
        Lint("eight parameters", branch => branch.AddMember(SeededBranch.Validators,
            "public static int Many(int a, int b, int c, int d, int e, int f, int g, int h) => a + b + c + d + e + f + g + h;")),
        Lint("a variable that nobody reads", branch => branch.AddMember(SeededBranch.Validators,
            "public static int Unread()\n{\n    int unread = 1;\n    return 2;\n}")),
        Lint("code that is never reached", branch => branch.AddMember(SeededBranch.Validators,
            "public static int Dead()\n{\n    return 2;\n    return 3;\n}")),
        Lint("what may be null is used as if it were not", branch => branch.AddMember(SeededBranch.Validators,
            "public static int Count(string? text) => text.Length;")),
        Lint("a warning is silenced", branch => branch.Edit(SeededBranch.Validators, "namespace OrdersPipeline;",
            "#pragma warning disable CS0219\n\nnamespace OrdersPipeline;")),
        Lint("tabs and a line that is too long", branch => branch.AddMember(SeededBranch.Validators,
            "\tpublic static string Wide() => \"" + new string('x', 180) + "\";")),
        Lint("a method in small letters", branch => branch.AddMember(SeededBranch.Validators, "public static int small() => 1;")),
    ];

    private static IReadOnlyList<Fault> Broken { get; } =
    [
        Syntax("a brace is missing", branch => branch.Write(SeededBranch.Validators, branch.Read(SeededBranch.Validators).TrimEnd()[..^1])),
        Syntax("a semicolon is missing", branch => branch.Edit(SeededBranch.Ingestion, "_reader = reader;", "_reader = reader")),
        Syntax("a type that is nowhere", branch => branch.Edit(SeededBranch.Ingestion, "public long? Id;", "public Number? Id;")),
        Syntax("a method that is nowhere", branch => branch.Edit(SeededBranch.Ingestion, "Validators.EmailMustBeValid(", "Validators.EmailMustBeRight(")),
        Syntax("the wrong number of arguments", branch => branch.Edit(SeededBranch.Ingestion, "Validators.EmailMustBeValid(row.Email)",
            "Validators.EmailMustBeValid(row.Email, 1)")),
        Syntax("the wrong type", branch => branch.Edit(SeededBranch.Ingestion, "Cells.TryParseInteger(_reader.Cell(_quantityColumn)",
            "Cells.TryParseInteger(_quantityColumn")),
        Syntax("a member twice", branch => branch.AddMember(SeededBranch.Validators, "public static bool EmailMustBeValid(Text email) => true;")),
        new("records: lost, repeated, made up", "there is no pipeline", "integration", branch => branch.Edit(SeededBranch.Ingestion,
            "public sealed class Ingestion : IPipeline", "public sealed class Ingestion")),
        new("records: lost, repeated, made up", "there are two pipelines", "integration", branch => branch.Write("generated/Second.cs",
            branch.Read(SeededBranch.Ingestion)
            .Replace("class Ingestion", "class Second", StringComparison.Ordinal).Replace("OrdersReader", "SecondReader", StringComparison.Ordinal)
            .Replace("OrdersRow", "SecondRow", StringComparison.Ordinal))),
        Syntax("there is no code", branch =>
        {
            foreach (var file in new[] { SeededBranch.Ingestion, SeededBranch.Validators, SeededBranch.Preprocessors }) branch.Write(file, "");
        }),
        Syntax("tests do not compile", branch => branch.Edit("tests/IngestionTests.cs", "RecordingSink Run(", "Sink Run(")),
        Syntax("another language", branch => branch.Write(SeededBranch.Preprocessors, "def preprocess_email(email):\n    return email.strip()\n")),
    ];

    private static IReadOnlyList<Fault> Chancy { get; } =
    [
        Value("a random number", "row.Quantity is null ? null : 1 + (new Random().NextInt64() % 2)"),
        Clock("the clock", "row.Quantity is null ? null : (DateTime.UtcNow.Ticks % 90) + 1"),
        Clock("a new identity", "row.Quantity is null ? null : (Guid.NewGuid().ToByteArray()[0] % 90) + 1"),
        Value("the hash of a text, which is another in each process",
            "row.Quantity is null ? null : (Math.Abs((long)(row.Email.ToStringOrNull() ?? \"\").GetHashCode()) % 90) + 1"),
        Value("the hash of several values", "row.Quantity is null ? null : (Math.Abs((long)HashCode.Combine(row.Id, row.CustomerId)) % 90) + 1"),
        Value("a counter that lives on", "row.Quantity is null ? null : (++s_count % 90) + 1", "private static long s_count;"),
        Clock("the local time zone", "row.Quantity is null ? null : (DateTime.Now.Ticks % 90) + 1"),
        Clock("shuffled", "row.Quantity is null ? null : Random.Shared.GetItems<long>([1, 2, 3], 1)[0]"),
    ];

    private static IReadOnlyList<Fault> Slow { get; } =
    [
        Speed("a look at everything before, for each record", branch =>
        {
            branch.Edit(SeededBranch.Ingestion, Loop, "            Search(reader.Record);\n" + Loop);
            branch.Edit(SeededBranch.Ingestion, "    public void Run(Stream source", Search + "\n    public void Run(Stream source");
        }),
        Speed("the source is read again for each record", branch =>
        {
            branch.Edit(SeededBranch.Ingestion, Loop, "            CountAgain(source);\n" + Loop);
            branch.Edit(SeededBranch.Ingestion, "    public void Run(Stream source", CountAgain + "\n    public void Run(Stream source");
        }),
        Speed("a pattern that goes back and forth", branch =>
        {
            branch.Edit(SeededBranch.Ingestion, Loop,
                "            if (System.Text.RegularExpressions.Regex.IsMatch(\"aaaaaaaaaaaaaaaaaa!\", \"^(a+)+$\")) return;\n" + Loop);
        }),
        Speed("memory is kept", branch =>
        {
            branch.Edit(SeededBranch.Ingestion, Loop, "            Kept.Add(Fill());\n" + Loop);
            branch.Edit(SeededBranch.Ingestion, "    public void Run(Stream source", Leak + "\n    public void Run(Stream source");
        }),
    ];

    private const string Search = """
            private static double Search(long record)
            {
                var sum = 0.0;
                for (var i = 0; i < 3_000_000; i++) sum += Math.Sqrt(i * record);
                return sum;
            }

        """;

    private const string CountAgain = """
            private static long CountAgain(Stream source)
            {
                var at = source.Position;
                source.Position = 0;
                using var copy = new MemoryStream();
                for (var i = 0; i < 400; i++)
                {
                    source.CopyTo(copy);
                    source.Position = 0;
                    copy.SetLength(0);
                }

                source.Position = at;
                return copy.Length;
            }

        """;

    private const string Leak = """
            private static readonly List<byte[]> Kept = [];

            private static byte[] Fill()
            {
                var bytes = new byte[500_000];
                Array.Fill(bytes, (byte)1);
                return bytes;
            }

        """;

    public static IEnumerable<Fault> All => [.. Forbidden, .. Untidy, .. Broken, .. Chancy, .. Slow];

    /// <summary>A member that says a value, and is called for each address.</summary>
    private static Fault Says(string name, string expression, string members = "") => new("security: forbidden, or SQL and secrets in code", name,
        "security", branch =>
        branch.AddMember(SeededBranch.Validators,
            $"public static string? Say(string value) =>\n    {expression} ?? value;\n{(members.Length > 0 ? "\n" + members : "")}"));

    private static Fault Member(string name, string member) =>
        new("security: forbidden, or SQL and secrets in code", name, "security", branch => branch.AddMember(SeededBranch.Validators, member));

    private static Fault Aliased(string name, string directive, string expression) => new("security: forbidden, or SQL and secrets in code", name,
        "security", branch =>
    {
        branch.Edit(SeededBranch.Validators, "using System;\n", "using System;\n" + directive + "\n");
        branch.AddMember(SeededBranch.Validators, $"public static string Say() =>\n    {expression};");
    });

    private static Fault Lint(string name, Action<SeededBranch> seed) => new("lint: untidy", name, "lint", seed);

    private static Fault Syntax(string name, Action<SeededBranch> seed) => new("syntax: does not compile", name, "syntax", seed);

    private static Fault Speed(string name, Action<SeededBranch> seed) => new("speed: slow, or memory kept", name, "performance", branch =>
    {
        branch.RepeatRecords(5);
        seed(branch);
    });

    /// <summary>What must not even be named.</summary>
    private static Fault Clock(string name, string expression) => Value(name, expression) with { Gate = "security" };

    private static Fault Value(string name, string expression, string members = "") => new("chance: other rows each time", name, "integration", branch =>
    {
        branch.Edit(SeededBranch.Ingestion, "Cells.Write(_sink, row.Quantity);", $"Cells.Write(_sink, {expression});");
        if (members.Length > 0) branch.Edit(SeededBranch.Ingestion, "    private readonly int _idColumn;",
            $"    {members}\n    private readonly int _idColumn;");
    });
}
