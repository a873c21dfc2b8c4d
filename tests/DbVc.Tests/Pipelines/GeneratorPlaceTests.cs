using System.Globalization;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>The time zone belongs to the whole process, so nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(GeneratorPlaceTests), DisableParallelization = true)]
[Collection(nameof(GeneratorPlaceTests))]
public sealed class GeneratorPlaceTests
{
    [Fact]
    public void Culture_and_time_zone_make_no_difference()
    {
        var before = SampleMetadata.Files.ToDictionary(f => f, Generate);
        var culture = CultureInfo.CurrentCulture;
        var zone = Environment.GetEnvironmentVariable("TZ");
        try
        {
            CultureInfo.CurrentCulture = StrangeCulture();
            foreach (var place in new[] { "Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu" })
            {
                Environment.SetEnvironmentVariable("TZ", place);
                TimeZoneInfo.ClearCachedData();
                Assert.NotEqual(TimeSpan.Zero, TimeZoneInfo.Local.GetUtcOffset(DateTimeOffset.UnixEpoch));
                foreach (var file in SampleMetadata.Files) Assert.Equal(before[file], Generate(file));
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
            Environment.SetEnvironmentVariable("TZ", zone);
            TimeZoneInfo.ClearCachedData();
        }
    }

    /// <summary>db-vc carries no cultures with it, but a host program may set one: a comma for the point, another minus, another order of a date.</summary>
    private static CultureInfo StrangeCulture()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NegativeSign = "\u2212";
        culture.DateTimeFormat.ShortDatePattern = "dd.MM.yy";
        culture.DateTimeFormat.LongTimePattern = "HH.mm";
        culture.DateTimeFormat.TimeSeparator = ".";
        Assert.Equal("\u22121,5", (-1.5).ToString(culture));
        return culture;
    }

    private static IReadOnlyList<GeneratedFile> Generate(string file) =>
        CSharpGenerator.Generate(MetadataReader.Read(SampleMetadata.Read(file), file), new GeneratorOptions());
}
