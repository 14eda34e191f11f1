package optimizer

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"admiral.dev/optimizer/optimizerv1"
)

// decimals is how many digits behind the point the contract's amounts have.
const decimals = 12

var (
	picoInUnit = new(big.Int).Exp(big.NewInt(10), big.NewInt(decimals), nil)
	plainText  = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
)

// Amount returns an amount of money in units of its currency, exact; zero for none. Sums of any number stay exact.
func Amount(money *optimizerv1.Money) *big.Rat {
	pico := new(big.Int).Mul(big.NewInt(money.GetUnits()), picoInUnit)
	return new(big.Rat).SetFrac(pico.Add(pico, big.NewInt(money.GetPico())), picoInUnit)
}

// Decimal returns the text of an amount of money in units of its currency, such as "-1.75": exact, with no zeros at
// the end and without the currency's name.
func Decimal(money *optimizerv1.Money) string {
	return strings.TrimSuffix(strings.TrimRight(Amount(money).FloatString(decimals), "0"), ".")
}

// Dollars returns an amount of dollars by its text, such as "0.05". It fails if the text is no decimal number, has
// more than 12 decimals, or more dollars than 64 bits hold.
func Dollars(decimal string) (*optimizerv1.Money, error) {
	if !plainText.MatchString(decimal) {
		return nil, fmt.Errorf("%q is no decimal number such as 0.05", decimal)
	}
	amount, _ := new(big.Rat).SetString(decimal)
	amount.Mul(amount, new(big.Rat).SetInt(picoInUnit))
	if !amount.IsInt() {
		return nil, fmt.Errorf("%s dollars have more than %d decimals", decimal, decimals)
	}
	units, pico := new(big.Int).QuoRem(amount.Num(), picoInUnit, new(big.Int))
	if !units.IsInt64() {
		return nil, fmt.Errorf("%s dollars are more than an amount holds", decimal)
	}
	return &optimizerv1.Money{CurrencyCode: "USD", Units: units.Int64(), Pico: pico.Int64()}, nil
}
