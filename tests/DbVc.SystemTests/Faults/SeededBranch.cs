using System.Text;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The folder of a branch with good code, its source, and what is done to them.</summary>
/// <param name="folder">The branch's folder.</param>
/// <param name="source">The file that its metadata names.</param>
public sealed class SeededBranch(string folder, string source)
{
    public const string Ingestion = "generated/Ingestion.cs";
    public const string Validators = "generated/Validators.cs";
    public const string Preprocessors = "generated/Preprocessors.cs";

    private const int Columns = 11;

    private readonly Dictionary<string, byte[]> _good = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .ToDictionary(path => path, File.ReadAllBytes);

    private readonly byte[] _goodSource = File.ReadAllBytes(source);

    public string Source { get => File.ReadAllText(source); set => File.WriteAllText(source, value); }

    /// <summary>The lines of the source, the header first.</summary>
    public IReadOnlyList<string> Lines { get => Source.TrimEnd('\n').Split('\n'); set => Source = string.Concat(value.Select(line => line + "\n")); }

    /// <summary>Changes a file in every place where a text stands.</summary>
    public void Edit(string file, string before, string after)
    {
        var text = Read(file);
        Assert.Contains(before, text, StringComparison.Ordinal);
        Write(file, text.Replace(before, after, StringComparison.Ordinal));
    }

    /// <summary>Adds a member at the end of a class, the last of its file.</summary>
    public void AddMember(string file, string member)
    {
        var text = Read(file).TrimEnd();
        Write(file, text[..^1] + "\n" + string.Concat(member.TrimEnd().Split('\n').Select(line => (line.Length > 0 ? "    " + line : "") + "\n")) + "}\n");
    }

    public string Read(string file) => File.ReadAllText(Path.Combine(folder, file));

    public void Write(string file, string text) => File.WriteAllText(Path.Combine(folder, file), text);

    public void WriteSource(byte[] bytes) => File.WriteAllBytes(source, bytes);

    /// <summary>Changes records of the source; the header is line 0.</summary>
    public void EditRecords(Func<int, string, string> change) =>
        Source = string.Concat(Source.TrimEnd('\n').Split('\n').Select((line, number) => (number == 0 ? line : change(number, line)) + "\n"));

    /// <summary>Changes one field of every <paramref name="every"/>th record.</summary>
    public void EditField(string field, int every, Func<string, string> change)
    {
        var column = Array.IndexOf(Source[..Source.IndexOf('\n', StringComparison.Ordinal)].Split(','), field);
        Assert.True(column >= 0, $"There is no field {field}.");
        EditRecords((number, line) =>
        {
            if (number % every != 0) return line;
            var cells = line.Split(',', Columns);
            cells[column] = change(cells[column]);
            return string.Join(',', cells);
        });
    }

    /// <summary>The first 300 records again and again, each time of other customers.</summary>
    public void RepeatRecords(int times)
    {
        var lines = Source.TrimEnd('\n').Split('\n');
        var text = new StringBuilder(Source);
        for (var time = 1; time < times; time++)
        {
            foreach (var cells in lines.Skip(1).Take(300).Select(line => line.Split(',', Columns)))
            {
                cells[0] = $"{time}{cells[0].PadLeft(4, '0')}";
                cells[2] = $"t{time}{cells[2].Trim()}";
                text.AppendJoin(',', cells).Append('\n');
            }
        }

        Source = text.ToString();
    }

    /// <summary>Leaves a test that says nothing about what the code does to data.</summary>
    public void DropTests()
    {
        foreach (var test in Directory.EnumerateFiles(Path.Combine(folder, "tests"), "*.cs")) File.Delete(test);
        Write("tests/ColumnTests.cs", """
            using Xunit;

            namespace OrdersPipeline.Tests;

            public sealed class ColumnTests
            {
                [Fact]
                public void The_first_column_is_the_key() => Assert.Equal("id", new Ingestion().Columns[0].Name);
            }

            """);
    }

    /// <summary>As it was at first.</summary>
    public void Restore()
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(p => !_good.ContainsKey(p))) File.Delete(path);
        foreach (var (path, bytes) in _good) File.WriteAllBytes(path, bytes);
        File.WriteAllBytes(source, _goodSource);
    }

    /// <summary>Bytes as another encoding writes them.</summary>
    public void Recode(Encoding encoding) => WriteSource(encoding.GetBytes(Source));
}
