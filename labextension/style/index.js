import "./base.css";
import "./cells.css";
import "./side.css";
import "./pictures.css";
