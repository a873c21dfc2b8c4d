using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace DbVc.Tests;

/// <summary>The shape of the repository: layers, projects, packages, documents, and no file that nobody knows.</summary>
public sealed partial class TidyTreeTests
{
    private const string LayerDocument = "docs/design/0001-main-job.md";
    private const long MaxFileBytes = 1024 * 1024;
    private const long MaxSampleBytes = 300_000;

    private static readonly string[] KnownFolders = [".ci", "benchmarks", "dashboard", "demo", "docs", "samples", "src", "tests"];

    private static readonly string[] KnownRootFiles =
    [
        ".editorconfig", ".gitattributes", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "DbVc.slnx", "Directory.Build.props",
        "Directory.Packages.props", "LICENSE", "README.md", "db-vc", "dev", "global.json",
    ];

    [Fact]
    public void Projects_refer_only_to_the_layers_that_the_design_gives_them()
    {
        var layers = ReadLayers();
        Violation.AssertNone(
            from project in Projects("src")
            let name = Path.GetFileNameWithoutExtension(project)["DbVc.".Length..]
            from reference in References(project, "ProjectReference", "Include")
            let referenced = Path.GetFileNameWithoutExtension(reference)["DbVc.".Length..]
            where !layers.TryGetValue(name, out var allowed) || !allowed.Contains(referenced)
            select new Violation(project, 1, $"{name} may not refer to {referenced}; the table is in {LayerDocument}"));
        Violation.AssertNone(
            from project in Projects("src")
            where !layers.ContainsKey(Path.GetFileNameWithoutExtension(project)["DbVc.".Length..])
            select new Violation(LayerDocument, 1, $"{project} has no row in the table of layers"));
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_the_solution_names_no_other()
    {
        var listed = XDocument.Parse(SourceTree.Read("DbVc.slnx")).Descendants("Project").Select(project => project.Attribute("Path")!.Value);
        Assert.Equal(Projects("").Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_code_file_is_compiled()
    {
        var folders = Projects("").Select(project => project[..(project.LastIndexOf('/') + 1)]).ToList();
        Violation.AssertNone(
            from file in SourceTree.CSharp
            where folders.Count(folder => file.Path.StartsWith(folder, StringComparison.Ordinal)) != 1
            select new Violation(file.Path, 1, "the file lies in no project"));
        Violation.AssertNone(
            from project in Projects("")
            where CompileItems().IsMatch(SourceTree.Read(project))
            select new Violation(project, 1, "the project picks its files by hand; leave that to the SDK"));
    }

    [Fact]
    public void Every_test_class_is_in_the_test_program()
    {
        var compiled = typeof(TidyTreeTests).Assembly.GetTypes().Select(type => type.Name).ToHashSet();
        Violation.AssertNone(
            from file in SourceTree.CSharp
            where file.Project == "DbVc.Tests"
            from Match test in TestClass().Matches(file.Code)
            where !compiled.Contains(test.Groups["name"].Value)
            select new Violation(file.Path, file.LineAt(test.Index), $"{test.Groups["name"].Value} is not in the test program"));
    }

    [Fact]
    public void Every_file_has_a_known_place() => Violation.AssertNone(
        from path in SourceTree.Files
        let folder = SourceTree.TopFolder(path)
        where folder.Length == 0 ? !KnownRootFiles.Contains(path) : !KnownFolders.Contains(folder)
        select new Violation(path, 1, "nobody knows this file: move it, or name it in TidyTreeTests"));

    [Fact]
    public void Every_document_is_linked_and_every_link_leads_somewhere()
    {
        var linked = DocumentLinks("README.md").Concat(DocumentLinks("docs/README.md")).Select(link => link.Target).ToHashSet();
        Violation.AssertNone(
            from path in SourceTree.Files
            where path.EndsWith(".md", StringComparison.Ordinal) && SourceTree.TopFolder(path) == "docs" && path != "docs/README.md"
            where !linked.Contains(path)
            select new Violation(path, 1, "link it from README.md or docs/README.md"));
        Violation.AssertNone(
            from path in SourceTree.Files
            where path.EndsWith(".md", StringComparison.Ordinal)
            from link in DocumentLinks(path)
            where !Path.Exists(Path.Combine(SourceTree.Root, link.Target))
            select new Violation(path, link.Line, $"the link to {link.Target} leads nowhere"));
    }

    [Fact]
    public void Nothing_points_out_of_the_repository()
    {
        string[] outside = ["../sha" + "red", "/wo" + "rk/"];
        Violation.AssertNone(
            from path in SourceTree.Files
            where SourceTree.TopFolder(path) != "samples"
            from line in SourceTree.Read(path).Split('\n').Index()
            where outside.Any(text => line.Item.Contains(text, StringComparison.Ordinal))
            select new Violation(path, line.Index + 1, "this place exists on one machine only"));
    }

    [Fact]
    public void Packages_are_pinned_exactly_in_one_place_and_explained()
    {
        const string Pins = "Directory.Packages.props";
        const string Explained = "docs/dependencies.md";
        var explained = SourceTree.Read(Explained);
        var packages = XDocument.Parse(SourceTree.Read(Pins)).Descendants("PackageVersion").ToList();
        Violation.AssertNone(
            from package in packages
            where !ExactVersion().IsMatch(package.Attribute("Version")?.Value ?? "")
            select new Violation(Pins, 1, $"{package.Attribute("Include")!.Value} has no exact version"));
        Violation.AssertNone(
            from package in packages
            where !explained.Contains($"`{package.Attribute("Include")!.Value}`", StringComparison.Ordinal)
            select new Violation(Explained, 1, $"{package.Attribute("Include")!.Value}: say why it is here"));
        Violation.AssertNone(
            from project in Projects("")
            from attribute in new[] { "Version", "VersionOverride" }
            from version in References(project, "PackageReference", attribute)
            select new Violation(project, 1, $"the version {version} belongs into {Pins}"));
    }

    [Fact]
    public void No_file_is_larger_than_a_reader_would_expect() => Violation.AssertNone(
        from path in SourceTree.Files
        let limit = SourceTree.TopFolder(path) == "samples" ? MaxSampleBytes : MaxFileBytes
        let length = new FileInfo(Path.Combine(SourceTree.Root, path)).Length
        where length > limit
        select new Violation(path, 1, $"{length} bytes; stop at {limit}"));

    private static IEnumerable<string> Projects(string folder) =>
        SourceTree.Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) && path.StartsWith(folder, StringComparison.Ordinal));

    private static IEnumerable<string> References(string project, string element, string attribute) =>
        XDocument.Parse(SourceTree.Read(project)).Descendants(element).Select(item => item.Attribute(attribute)?.Value).OfType<string>();

    /// <summary>Reads the table of the design note: project names without 'DbVc.', and what each may refer to.</summary>
    private static Dictionary<string, HashSet<string>> ReadLayers()
    {
        var layers = new Dictionary<string, HashSet<string>>();
        foreach (var row in SourceTree.Read(LayerDocument).Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1))
        {
            var cells = row.Split('|', StringSplitOptions.TrimEntries);
            HashSet<string> allowed = cells[2] switch
            {
                "nothing" => [],
                ['e', ..] when EverythingAbove().Match(cells[2]) is { Success: true } match => [.. layers.Keys.Except([match.Groups["but"].Value])],
                _ => [.. cells[2].Split(", ")],
            };
            foreach (var name in cells[1].Split(", ")) layers.Add(name, allowed);
        }

        Assert.True(layers.Count > 10, $"The table of layers in {LayerDocument} was not understood.");
        return layers;
    }

    private static IEnumerable<(string Target, int Line)> DocumentLinks(string document) =>
        from line in SourceTree.Read(document).Split('\n').Index()
        from Match link in MarkdownLink().Matches(line.Item)
        let target = link.Groups["target"].Value.Split('#')[0]
        where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
        select (Resolve(document, target), line.Index + 1);

    private static string Resolve(string document, string target) => Path.GetRelativePath(
        SourceTree.Root, Path.Combine(SourceTree.Root, Path.GetDirectoryName(document)!, target)).Replace('\\', '/');

    [GeneratedRegex(@"^everything above but (?<but>\w+)$")]
    private static partial Regex EverythingAbove();

    [GeneratedRegex(@"<Compile\s|EnableDefaultCompileItems|EnableDefaultItems")]
    private static partial Regex CompileItems();

    [GeneratedRegex(@"\bclass\s+(?<name>\w+Tests)\b")]
    private static partial Regex TestClass();

    [GeneratedRegex(@"^\d+\.\d+\.\d+(\.\d+)?(-[\w.]+)?$")]
    private static partial Regex ExactVersion();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex MarkdownLink();
}
