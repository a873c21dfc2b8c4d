using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>A decimal number of any size, exactly: <see cref="Units"/> / 10^<see cref="Scale"/>.</summary>
internal readonly partial record struct ExactNumber(BigInteger Units, int Scale)
{
    private const int MostDigits = 1000;
    private const int LargestExponent = 1000;

    /// <summary>Digits with a point and an exponent; with another decimal mark also groups, as the operation <c>parse_number</c> reads them.</summary>
    public static bool TryParse(string text, DecimalMark mark, out ExactNumber number)
    {
        number = default;
        if (text.Length > MostDigits) return false;
        if (mark != DecimalMark.Point) text = Operations.ParseNumber(Text.From(text), mark, new Scratch()).ToString();
        var match = Form().Match(text.Trim());
        if (!match.Success) return false;
        var exponent = 0;
        if (match.Groups["exponent"] is { Success: true, Value: var power }
            && (!int.TryParse(power, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) || Math.Abs(exponent) > LargestExponent))
        {
            return false;
        }

        var fraction = match.Groups["fraction"].Value;
        var units = BigInteger.Parse("0" + match.Groups["whole"].Value + fraction, NumberStyles.None, CultureInfo.InvariantCulture);
        if (match.Groups["sign"].Value == "-") units = -units;
        var scale = fraction.Length - exponent;
        number = scale >= 0 ? new ExactNumber(units, scale) : new ExactNumber(units * BigInteger.Pow(10, -scale), 0);
        return true;
    }

    public static ExactNumber operator +(ExactNumber left, ExactNumber right)
    {
        var scale = Math.Max(left.Scale, right.Scale);
        return new ExactNumber(left.UnitsAt(scale) + right.UnitsAt(scale), scale);
    }

    /// <summary>A part of it, with so many digits after the point, halves away from zero.</summary>
    public string Divide(long parts, int digits)
    {
        var divisor = BigInteger.Pow(10, Scale) * parts;
        var quotient = BigInteger.DivRem(BigInteger.Abs(Units) * BigInteger.Pow(10, digits), divisor, out var rest);
        if (rest * 2 >= divisor) quotient++;
        var text = quotient.ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        var sign = Units.Sign < 0 && !quotient.IsZero ? "-" : "";
        return digits == 0 ? sign + text : $"{sign}{text[..^digits]}.{text[^digits..]}";
    }

    /// <summary>Bytes that are in order where the numbers are.</summary>
    public byte[] ToOrder()
    {
        if (Units.IsZero) return [1];
        var digits = BigInteger.Abs(Units).ToString(CultureInfo.InvariantCulture);
        var place = digits.Length - Scale + 0x4000;
        byte[] key = [2, (byte)(place >> 8), (byte)place, .. Encoding.ASCII.GetBytes(digits.TrimEnd('0')), 0];
        return Units.Sign > 0 ? key : [0, .. key.Skip(1).Select(b => (byte)~b)];
    }

    private BigInteger UnitsAt(int scale) => Units * BigInteger.Pow(10, scale - Scale);

    [GeneratedRegex(@"\A(?<sign>[+-]?)(?=\.?[0-9])(?<whole>[0-9]*)(\.(?<fraction>[0-9]*))?([eE](?<exponent>[+-]?[0-9]{1,6}))?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
