using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Reads one side of a comparison from a row; false means NULL.</summary>
internal abstract class OperandReader
{
    /// <summary>Builds a reader of <paramref name="operand"/>; <paramref name="indexOf"/> gives the columns of fields.</summary>
    public static OperandReader Build(Operand operand, Func<PipelineField, int> indexOf) => operand switch
    {
        FieldOperand field => new Cell(indexOf(field.Field), field.Field.Type),
        LengthOperand length => new Length(indexOf(length.Field)),
        PlacesOperand places => new Places(new Cell(indexOf(places.Field), FieldType.Decimal)),
        Calculation calculation => new Calculated(Build(calculation.First, indexOf), calculation.Kind, Build(calculation.Second, indexOf)),
        NumberOperand number => new Constant(number.Value, number.IsInteger ? (long)number.Value : 0),
        BooleanOperand truth => new Constant(0, truth.Value ? 1 : 0),
        DateOperand date => new Constant(0, date.Value.ToDateTime(TimeOnly.MinValue).Ticks),
        TimestampOperand time => new Constant(0, time.Value.Ticks),
        _ => throw new InvalidOperationException($"{operand.GetType().Name} is read as text."),
    };

    /// <summary>Integers, booleans, and the ticks of dates and timestamps.</summary>
    public abstract bool TryLong(IRowView row, out long value);

    public abstract bool TryDecimal(IRowView row, out decimal value);

    public abstract bool TryDouble(IRowView row, out double value);

    private sealed class Constant(decimal number, long whole) : OperandReader
    {
        private readonly double _double = (double)number;

        public override bool TryLong(IRowView row, out long value)
        {
            value = whole;
            return true;
        }

        public override bool TryDecimal(IRowView row, out decimal value)
        {
            value = number;
            return true;
        }

        public override bool TryDouble(IRowView row, out double value)
        {
            value = _double;
            return true;
        }
    }

    private sealed class Cell(int column, FieldType type) : OperandReader
    {
        public override bool TryLong(IRowView row, out long value)
        {
            value = 0;
            if (row.KindAt(column) is null) return false;
            switch (type)
            {
                case FieldType.Date:
                    if (!Cells.TryParseDate(new Text(row.Bytes(column)), out var date) || date is not { } day) return false;
                    value = day.ToDateTime(TimeOnly.MinValue).Ticks;
                    return true;
                case FieldType.Timestamp:
                    if (!Cells.TryParseTimestamp(new Text(row.Bytes(column)), out var time) || time is not { } instant) return false;
                    value = instant.Ticks;
                    return true;
                default:
                    value = row.Integer(column);
                    return true;
            }
        }

        public override bool TryDecimal(IRowView row, out decimal value)
        {
            value = 0;
            if (row.KindAt(column) is null) return false;
            if (type == FieldType.Integer)
            {
                value = row.Integer(column);
                return true;
            }

            if (!Cells.TryParseDecimal(new Text(row.Bytes(column)), out var number) || number is not { } known) return false;
            value = known;
            return true;
        }

        public override bool TryDouble(IRowView row, out double value)
        {
            value = 0;
            if (row.KindAt(column) is not { } kind) return false;
            if (kind == CellKind.Real)
            {
                value = row.Real(column);
                return true;
            }

            if (!TryDecimal(row, out var number)) return false;
            value = (double)number;
            return true;
        }
    }

    private sealed class Length(int column) : OperandReader
    {
        public override bool TryLong(IRowView row, out long value)
        {
            value = 0;
            if (row.KindAt(column) is null) return false;
            value = Rules.Length(new Text(row.Bytes(column)));
            return true;
        }

        public override bool TryDecimal(IRowView row, out decimal value)
        {
            var known = TryLong(row, out var length);
            value = length;
            return known;
        }

        public override bool TryDouble(IRowView row, out double value)
        {
            var known = TryLong(row, out var length);
            value = length;
            return known;
        }
    }

    private sealed class Places(Cell subject) : OperandReader
    {
        public override bool TryLong(IRowView row, out long value)
        {
            var known = subject.TryDecimal(row, out var number);
            value = Arithmetic.CountPlaces(number);
            return known;
        }

        public override bool TryDecimal(IRowView row, out decimal value)
        {
            var known = TryLong(row, out var count);
            value = count;
            return known;
        }

        public override bool TryDouble(IRowView row, out double value)
        {
            var known = TryLong(row, out var count);
            value = count;
            return known;
        }
    }

    private sealed class Calculated(OperandReader first, CalculationKind kind, OperandReader second) : OperandReader
    {
        public override bool TryLong(IRowView row, out long value) => throw new InvalidOperationException("Calculations are decimals or doubles.");

        public override bool TryDecimal(IRowView row, out decimal value)
        {
            value = 0;
            if (!first.TryDecimal(row, out var before) || !second.TryDecimal(row, out var after)) return false;
            if (kind == CalculationKind.Divide && after == 0) return false;
            value = kind switch
            {
                CalculationKind.Divide => Arithmetic.Divide(before, after),
                CalculationKind.Add => Arithmetic.Add(before, after),
                CalculationKind.Subtract => Arithmetic.Subtract(before, after),
                _ => Arithmetic.Multiply(before, after),
            };
            return true;
        }

        public override bool TryDouble(IRowView row, out double value)
        {
            value = 0;
            if (!first.TryDouble(row, out var before) || !second.TryDouble(row, out var after)) return false;
            if (kind == CalculationKind.Divide && after == 0) return false;
            value = kind switch
            {
                CalculationKind.Divide => before / after,
                CalculationKind.Add => before + after,
                CalculationKind.Subtract => before - after,
                _ => before * after,
            };
            return true;
        }
    }
}
