using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using DbVc.Agents;

namespace DbVc.Orchestration;

/// <summary>
/// A gate report as JUnit XML, as build servers read it: a suite for each gate, a case for each finding or, where tests were run, for each of them. There is
/// no standard; the elements are those of the Ant task that all readers began with.
/// </summary>
internal static class JUnitReport
{
    /// <summary>UTF-8 with a declaration; secrets masked, and what XML cannot hold replaced.</summary>
    public static byte[] Write(GateReport report, SecretMask mask)
    {
        var suites = report.Gates.Select(gate => Suite(gate, report, mask)).ToList();
        var root = new XElement("testsuites", new XAttribute("name", $"db-vc gates of {Clean(report.Branch)}"),
            new XAttribute("tests", Sum(suites, "tests")), new XAttribute("failures", Sum(suites, "failures")), new XAttribute("errors", 0),
            new XAttribute("skipped", Sum(suites, "skipped")), new XAttribute("time", Seconds(report.Gates.Sum(g => g.Seconds))), suites);
        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" }))
            root.Save(writer);
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static XElement Suite(GateResult gate, GateReport report, SecretMask mask)
    {
        var cases = Cases(gate, mask).ToList();
        return new XElement("testsuite", new XAttribute("name", gate.Name), new XAttribute("tests", cases.Count),
            new XAttribute("failures", cases.Count(c => c.Element("failure") is not null)), new XAttribute("errors", 0),
            new XAttribute("skipped", cases.Count(c => c.Element("skipped") is not null)), new XAttribute("time", Seconds(gate.Seconds)),
            new XAttribute("timestamp", report.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)), cases);
    }

    private static IEnumerable<XElement> Cases(GateResult gate, SecretMask mask)
    {
        var verdict = Case(gate, gate.Name, gate.Seconds);
        if (gate.Decision == GateDecision.NotRun) verdict.Add(new XElement("skipped", new XAttribute("message", Clean(gate.Summary))));
        if (gate.Decision == GateDecision.Failed)
        {
            verdict.Add(new XElement("failure", new XAttribute("message", Clean(mask.Mask(gate.Summary))), new XAttribute("type", "gate"),
                Clean(mask.Mask(string.Join('\n', gate.Findings.Select(ResultsFolder.Describe))))));
        }

        yield return verdict;
        foreach (var test in gate.Evidence["cases"]?.AsArray() ?? [])
        {
            var name = test!["name"]!.GetValue<string>();
            var element = Case(gate, mask.Mask(name), test["seconds"]!.GetValue<double>());
            var outcome = test["outcome"]!.GetValue<string>();
            if (outcome == "skipped") element.Add(new XElement("skipped"));
            if (outcome == "failed")
            {
                var message = mask.Mask(FailedTest.MessageOf(gate.Findings, name) is { Length: > 0 } said ? said : "failed");
                element.Add(new XElement("failure", new XAttribute("message", Clean(message.Split('\n')[0])), Clean(message)));
            }

            yield return element;
        }
    }

    private static XElement Case(GateResult gate, string name, double seconds) => new("testcase",
        new XAttribute("classname", "db-vc." + gate.Name.Replace(' ', '-')),
        new XAttribute("name", Clean(name)), new XAttribute("time", Seconds(seconds)));

    private static int Sum(IEnumerable<XElement> suites, string attribute) => suites.Sum(s => (int)s.Attribute(attribute)!);

    private static string Seconds(double seconds) => seconds.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>XML 1.0 has no place for most control characters and for halves of pairs.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i])) clean.Append(text[i]);
            else if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i])) clean.Append(text[i]).Append(text[++i]);
            else clean.Append('\uFFFD');
        }

        return clean.ToString();
    }
}
